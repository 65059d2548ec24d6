import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

/// What is inside a model while it reads, against transformers with eager attention in double precision.
@Suite struct InspectionTests {
  /// The issue asks for 1e-4; fp32 does better.
  private static let bound = 1e-5

  private func expectNear(
    _ found: [Float], _ expected: [Double], _ comment: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      Closeness.error(of: found, against: expected) < Self.bound, "\(comment)", sourceLocation: sourceLocation
    )
  }

  @Test(arguments: InsideFixture.names)
  func hiddenStates(name: String) throws {
    let fixture = try InsideFixture(name)
    let some: Set = [11, 0, 4]
    for positions in [Set(fixture.tokens.indices), some] {
      let inspection = try fixture.model.inspect(fixture.tokens, keeping: InspectionParts(states: positions))
      for blocks in 0...3 {
        let rows = try inspection.hiddenStates(afterBlocks: blocks)
        #expect(rows.count == positions.count)
        for (row, position) in zip(rows, positions.sorted()) {
          expectNear(row, fixture.expected.states[blocks][position], "\(blocks) blocks, \(position)")
          #expect(try inspection.hiddenState(afterBlocks: blocks, at: position) == row)
        }
      }
      for position in positions {
        let final = try inspection.hiddenState(afterBlocks: 3, at: position, normalised: true)
        expectNear(final, fixture.expected.final[position], "final, \(position)")
      }
    }
  }

  @Test(arguments: InsideFixture.names)
  func attention(name: String) throws {
    let fixture = try InsideFixture(name)
    let inspection = try fixture.model.inspect(
      fixture.tokens, keeping: InspectionParts(attention: [0, 1, 2]))
    for layer in 0..<3 {
      for head in 0..<3 {
        let weights = try inspection.attention(layer: layer, head: head)
        for (row, expected) in zip(weights, fixture.expected.attentions[layer][head]) {
          expectNear(row, expected, "layer \(layer), head \(head)")
        }
      }
    }
  }

  @Test(arguments: InsideFixture.names)
  func neurons(name: String) throws {
    let fixture = try InsideFixture(name)
    let inspection = try fixture.model.inspect(fixture.tokens, keeping: InspectionParts(neurons: [0, 1, 2]))
    for layer in 0..<3 {
      for position in fixture.tokens.indices {
        let expected = fixture.expected.activations[layer][position]
        expectNear(try inspection.activations(layer: layer, at: position), expected, "layer \(layer)")
        let most = try inspection.mostActive(layer: layer, at: position, top: 3)
        #expect(most.map(\.neuron) == Array(InsideFixture.order(expected).prefix(3)))
      }
    }
  }

  @Test(arguments: InsideFixture.names)
  func whatNeuronsWrite(name: String) throws {
    let fixture = try InsideFixture(name)
    let neuron = fixture.effectOf
    // With others beside it, more than are computed at once.
    let others = Array(0..<20)
    let effects = try fixture.model.effects(
      ofNeurons: others + [neuron.neuron], layer: neuron.layer, top: 43)
    #expect(effects.map(\.neuron) == others + [neuron.neuron])
    let effect = try #require(effects.last)
    let order = InsideFixture.order(fixture.expected.effect)
    #expect(effect.promotes.map(\.token) == order && effect.suppresses.map(\.token) == order.reversed())
    expectNear(effect.promotes.map(\.logit), order.map { fixture.expected.effect[$0] }, "logits")
    #expect(effect.suppresses.map(\.logit) == effect.promotes.map(\.logit).reversed())
  }

  @Test(arguments: InsideFixture.names)
  func scoresAndWhatComesNext(name: String) throws {
    let fixture = try InsideFixture(name)
    let expected = fixture.expected.logProbabilities
    let inspection = try fixture.model.inspect(fixture.tokens)
    let scores = try inspection.scores(alternatives: 4)
    #expect(scores.map(\.position) == Array(1..<13))
    for score in scores {
      let row = expected[score.position - 1]
      let order = InsideFixture.order(row)
      #expect(score.token == Int(fixture.tokens[score.position]))
      #expect(abs(score.logProbability - row[score.token]) < 1e-4)
      #expect(order[score.rank - 1] == score.token)
      #expect(score.alternatives.map(\.token) == Array(order.prefix(4)))
      for token in score.alternatives { #expect(abs(token.logProbability - row[token.token]) < 1e-4) }
    }
    let next = try inspection.next(top: 43, target: 17)
    let order = InsideFixture.order(expected[12])
    #expect(next.likeliest.map(\.token) == order)
    #expect(next.target.map { order[$0.rank - 1] } == 17)
    #expect(abs((next.target?.logProbability ?? 0) - expected[12][17]) < 1e-4)
    #expect(try inspection.next(top: 0) == TokenRanking(likeliest: [], target: nil))
  }

  @Test(arguments: InsideFixture.names)
  func lens(name: String) throws {
    let fixture = try InsideFixture(name)
    let position = fixture.lensPosition
    let inspection = try fixture.model.inspect(
      fixture.tokens, keeping: InspectionParts(states: [position, 12]))
    let next = Int(fixture.tokens[position + 1])
    for target in [nil, 9] {
      let lens = try inspection.lens(at: position, top: 3, target: target)
      #expect(lens.count == 4)
      for (ranking, expected) in zip(lens, fixture.expected.lens) {
        let order = InsideFixture.order(expected)
        #expect(ranking.likeliest.map(\.token) == Array(order.prefix(3)))
        let found = try #require(ranking.target)
        #expect(found.token == target ?? next && order[found.rank - 1] == found.token)
        #expect(abs(found.logProbability - expected[found.token]) < 1e-4)
      }
    }
    // Nothing comes after the last.
    #expect(try inspection.lens(at: 12).allSatisfy { $0.target == nil && $0.likeliest.count == 5 })
  }

  @Test(arguments: InsideFixture.names)
  func embeddings(name: String) throws {
    let fixture = try InsideFixture(name)
    let inspection = try fixture.model.inspect(fixture.tokens)
    expectNear(inspection.embedding(), fixture.expected.mean, "mean")
    expectNear(inspection.embedding(.last), fixture.expected.final[12], "last")
  }

  /// In the pass that is looked into, and token by token as generation has it.
  @Test(arguments: InsideFixture.names)
  func neuronsAndHeadsSwitchedOff(name: String) throws {
    let fixture = try InsideFixture(name)
    for (ablation, expected) in [
      (Ablation(neurons: fixture.neurons), fixture.expected.neuronsOff),
      (Ablation(heads: fixture.heads), fixture.expected.headsOff),
      (Ablation(neurons: fixture.neurons, heads: fixture.heads), fixture.expected.bothOff),
    ] {
      let inspection = try fixture.model.inspect(fixture.tokens, ablation: ablation)
      expectNear(inspection.nextLogits, expected, "\(ablation)")
      let pass = InferencePass(fixture.model.configuration)
      let cache = KeyValueCache(for: fixture.model, capacity: 13)
      for token in fixture.tokens {
        try fixture.model.read([.init(cache, [token], ablation: ablation)], in: pass)
      }
      expectNear(Array(pass.logits()), expected, "\(ablation), one by one")
    }
  }

  /// What comes next has the bits of a prompt's pass, whatever is kept of it and whatever the weights are stored as.
  @Test(arguments: [WeightFormat.fp32, .bf16, .q8_0])
  func lookingChangesNothing(format: WeightFormat) throws {
    let configuration = try Configuration(
      maximumSequenceLength: 40, vocabularySize: 300, layers: 2, heads: 2, channels: 64)
    let weights = try Weights(.random(configuration, scale: 0.1, seed: 6)).encoded(as: format)
    let model = try LanguageModel(weights, on: Workers(count: 2))
    for length in [1, 2, 9, 40] {
      let tokens = (0..<length).map { Int32($0 * 17 % 300) }
      let pass = InferencePass(configuration)
      let cache = KeyValueCache(for: model, capacity: length)
      try model.read([.init(cache, tokens)], in: pass)
      let expected = pass.logits().map(\.bitPattern)
      for parts in [
        InspectionParts(), InspectionParts(states: [0, length - 1], attention: [1], neurons: [0, 1]),
      ] {
        let inspection = try model.inspect(tokens, keeping: parts)
        #expect(inspection.nextLogits.map(\.bitPattern) == expected)
        #expect(try inspection.scores().count == length - 1)
      }
    }
  }

  /// Beside a tokenizer of fewer tokens the rest stands for nothing.
  @Test func tokensBeyondTheTokenizerDoNotCount() throws {
    let fixture = try InsideFixture("gpt2")
    let inspection = try fixture.model.inspect([7, 30, 3], vocabularySize: 31)
    let sum = try inspection.next(top: 43).likeliest.reduce(0.0) { $0 + exp($1.logProbability) }
    #expect(try inspection.next(top: 43).likeliest.count == 31 && abs(sum - 1) < 1e-6)
    #expect(try inspection.scores(alternatives: 43).allSatisfy { $0.alternatives.count == 31 })
    #expect(throws: ModelError.tokenOutOfRange(token: 42, position: 1, vocabularySize: 31)) {
      try fixture.model.inspect([7, 42], vocabularySize: 31)
    }
    let effects = try fixture.model.effects(ofNeurons: [1], layer: 0, top: 43, vocabularySize: 31)
    #expect(effects[0].promotes.count == 31)
  }

  /// A model with adapters beside its weights: the neurons' columns as the merged weights have them.
  @Test func adapters() throws {
    let parameters = try Parameters.random(
      Configuration(maximumSequenceLength: 8, vocabularySize: 50, layers: 2, heads: 2, channels: 12), seed: 8)
    let layout = try AdapterLayout(
      parameters.configuration, rank: 3, alpha: 5, targets: TensorSet([.fcprojw, .qkvw]))
    let adapters = try LowRankAdapters(zeroed: layout)
    var random = SeededRandom(seed: 12)
    for index in adapters.values.indices {
      adapters.values[index] = Float.random(in: -0.3...0.3, using: &random)
    }
    let beside = try LanguageModel(Weights(parameters), adapters: adapters)
    let found = try beside.effects(ofNeurons: [0, 47], layer: 1, top: 50)
    adapters.merge(into: parameters, on: Workers(count: 1))
    let merged = try LanguageModel(Weights(parameters)).effects(ofNeurons: [0, 47], layer: 1, top: 50)
    for (found, merged) in zip(found, merged) {
      #expect(
        Closeness.error(
          of: found.promotes.sorted { $0.token < $1.token }.map(\.logit),
          against: merged.promotes.sorted { $0.token < $1.token }.map(\.logit)) < 1e-5)
    }
  }

  @Test func whatIsNotThere() throws {
    let fixture = try InsideFixture("gpt2")
    let (model, tokens) = (fixture.model, fixture.tokens)
    func expect(
      _ error: InspectionError, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
      #expect(throws: error, sourceLocation: sourceLocation) { try body() }
      #expect("\(error)".contains("found") && "\(error)".contains("expected"))
    }
    #expect(throws: ModelError.sequenceTooLong(found: 20, maximum: 19)) {
      _ = try model.inspect([Int32](repeating: 1, count: 20))
    }
    #expect(throws: ModelError.wrongTokenCount(found: 0, expected: 1)) { _ = try model.inspect([]) }
    #expect(throws: ModelError.tokenOutOfRange(token: 43, position: 0, vocabularySize: 43)) {
      _ = try model.inspect([43])
    }
    expect(.positionOutOfRange(found: 13, tokens: 13)) {
      _ = try model.inspect(tokens, keeping: InspectionParts(states: [2, 13]))
    }
    expect(.layerOutOfRange(found: 3, layers: 3)) {
      _ = try model.inspect(tokens, keeping: InspectionParts(attention: [3]))
    }
    expect(.layerOutOfRange(found: -1, layers: 3)) {
      _ = try model.inspect(tokens, keeping: InspectionParts(neurons: [-1]))
    }
    let inspection = try model.inspect(
      tokens, keeping: InspectionParts(states: [2], attention: [1], neurons: [0]))
    expect(.blocksOutOfRange(found: 4, layers: 3)) { _ = try inspection.hiddenStates(afterBlocks: 4) }
    expect(.notKept(part: "states of position 3")) { _ = try inspection.lens(at: 3) }
    expect(.positionOutOfRange(found: -1, tokens: 13)) { _ = try inspection.lens(at: -1) }
    expect(.tokenOutOfRange(found: 43, vocabularySize: 43)) { _ = try inspection.lens(at: 2, target: 43) }
    expect(.tokenOutOfRange(found: -1, vocabularySize: 43)) { _ = try inspection.next(target: -1) }
    expect(.notKept(part: "attention of layer 0")) { _ = try inspection.attention(layer: 0, head: 0) }
    expect(.headOutOfRange(found: 3, heads: 3)) { _ = try inspection.attention(layer: 1, head: 3) }
    expect(.layerOutOfRange(found: 3, layers: 3)) { _ = try inspection.attention(layer: 3, head: 0) }
    expect(.notKept(part: "neurons of layer 1")) { _ = try inspection.activations(layer: 1, at: 0) }
    expect(.positionOutOfRange(found: 13, tokens: 13)) { _ = try inspection.mostActive(layer: 0, at: 13) }
    expect(.neuronOutOfRange(found: 60, neurons: 60)) {
      _ = try model.effects(ofNeurons: [0, 60], layer: 0)
    }
    expect(.layerOutOfRange(found: 3, layers: 3)) { _ = try model.effects(ofNeurons: [0], layer: 3) }
    let bare = try model.inspect(tokens)
    expect(.notKept(part: "states of a position")) { _ = try bare.hiddenStates(afterBlocks: 0) }
  }

  @Test func damagedWeights() throws {
    let parameters = try Parameters.random(
      Configuration(maximumSequenceLength: 8, vocabularySize: 50, layers: 1, heads: 1, channels: 4), seed: 8)
    parameters[.fcprojw, 0][1][2] = .nan
    let model = try LanguageModel(Weights(parameters))
    let inspection = try model.inspect([1, 2], keeping: InspectionParts(states: [0]))
    #expect(throws: SamplingError.self) { try inspection.scores() }
    #expect(throws: SamplingError.self) { try inspection.next() }
    #expect(throws: SamplingError.self) { try inspection.lens(at: 0) }
    #expect(throws: SamplingError.self) { try model.effects(ofNeurons: [2], layer: 0) }
    #expect(throws: Never.self) { try model.effects(ofNeurons: [1], layer: 0) }
  }
}
