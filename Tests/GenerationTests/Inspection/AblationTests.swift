import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

/// Neurons and heads that are switched off, against weights that are 0.
@Suite struct AblationTests {
  private let configuration: Configuration
  private let parameters: Parameters
  private let workers = Workers(count: 2)

  /// 3 layers of 4 heads of 8 channels, 128 neurons.
  init() throws {
    configuration = try Configuration(
      maximumSequenceLength: 40, vocabularySize: 257, layers: 3, heads: 4, channels: 32)
    parameters = try .random(configuration, seed: 21)
  }

  private func model(_ format: WeightFormat = .fp32) throws -> LanguageModel {
    let weights = Weights(parameters)
    return try LanguageModel(format == .fp32 ? weights : weights.encoded(as: format), on: workers)
  }

  private static let tokens = (0..<30).map { Int32($0 * 41 % 257) }

  /// The bits of the logits after a prompt of 20, and after each of 10 tokens more.
  private func bits(_ model: LanguageModel, _ ablation: Ablation?) throws -> [[UInt32]] {
    let pass = InferencePass(configuration)
    let cache = KeyValueCache(for: model, capacity: 40)
    return try ([Self.tokens[..<20]] + (20..<30).map { Self.tokens[$0..<$0 + 1] }).map { part in
      try model.read([.init(cache, Array(part), ablation: ablation)], in: pass)
      return pass.logits().map(\.bitPattern)
    }
  }

  @Test func headsThatAreOffAreAsIfTheirWeightsWereZero() throws {
    let ablation = Ablation(heads: [.init(layer: 0, head: 3), .init(layer: 2, head: 0)])
    let plain = try bits(try model(), nil)
    let found = try bits(try model(), ablation)
    for head in ablation.heads {
      for row in 0..<32 {
        for column in head.head * 8..<(head.head + 1) * 8 {
          parameters[.attprojw, head.layer][row][column] = 0
        }
      }
    }
    #expect(try bits(try model(), nil) == found)
    #expect(zip(plain, found).allSatisfy { $0 != $1 })
  }

  @Test func neuronsThatAreOffAreAsIfTheirWeightsWereZero() throws {
    let ablation = Ablation(
      neurons: (0..<100).map { .init(layer: 1, neuron: $0) } + [.init(layer: 2, neuron: 127)])
    let plain = try bits(try model(), nil)
    let found = try bits(try model(), ablation)
    for neuron in ablation.neurons {
      for row in 0..<32 { parameters[.fcprojw, neuron.layer][row][neuron.neuron] = 0 }
    }
    #expect(try bits(try model(), nil) == found)
    #expect(zip(plain, found).allSatisfy { $0 != $1 })
  }

  /// Their values are 0, or −0 of GELU's far end, whatever the weights are stored as.
  @Test(arguments: [WeightFormat.fp32, .bf16, .fp16, .q8_0, .q4_0])
  func neuronsThatAreZeroAnywayChangeNoBit(format: WeightFormat) throws {
    let neurons = [(0, 3, Float(0)), (0, 64, -50), (1, 127, -1000), (2, 0, -0.0)]
    for (layer, neuron, bias) in neurons {
      for column in 0..<32 { parameters[.fcw, layer][neuron][column] = 0 }
      parameters[.fcb, layer][0][neuron] = bias
    }
    let model = try model(format)
    let ablation = Ablation(neurons: neurons.map { .init(layer: $0.0, neuron: $0.1) })
    #expect(try bits(model, ablation) == bits(model, nil))
    let another = Ablation(neurons: [.init(layer: 1, neuron: 5)])
    #expect(try bits(model, another) != bits(model, nil))
  }

  @Test func nothingSwitchedOffChangesNoBit() throws {
    #expect(try bits(try model(), Ablation()) == bits(try model(), nil))
    #expect(Ablation().isEmpty && !Ablation(heads: [.init(layer: 0, head: 0)]).isEmpty)
  }

  /// Texts with and without in one pass, each as it is alone.
  @Test(arguments: [WeightFormat.fp32, .q8_0])
  func eachSequenceOfAPassHasItsOwn(format: WeightFormat) throws {
    let model = try model(format)
    let ablations: [Ablation?] = [
      nil, Ablation(neurons: [.init(layer: 0, neuron: 7)]), nil,
      Ablation(neurons: [.init(layer: 2, neuron: 1)], heads: [.init(layer: 1, head: 2)]),
    ]
    func read(_ ablations: ArraySlice<Ablation?>) throws -> [[UInt32]] {
      let pass = InferencePass(configuration)
      let caches = ablations.map { _ in KeyValueCache(for: model, capacity: 8) }
      for part in [[3], [99], [250], [8]] as [[Int32]] {
        try model.read(zip(caches, ablations).map { .init($0, part, ablation: $1) }, in: pass)
      }
      return ablations.indices.map { pass.logits(of: $0 - ablations.startIndex).map(\.bitPattern) }
    }
    let together = try read(ablations[...])
    for index in ablations.indices { #expect(try read(ablations[index...index])[0] == together[index]) }
    #expect(together[0] == together[2] && together[0] != together[1] && together[1] != together[3])
  }

  /// The same text with a draft, and one that the whole model does not write.
  @Test func texts() throws {
    let model = try model()
    func text(_ ablation: Ablation?, draft: DraftKind?) throws -> [[Int]] {
      let batch = try TextBatch(
        model, .byteLevel, prompts: [[72, 105], []],
        options: GenerationOptions(maximumTokens: 60, stopsAtEndOfText: false, ablation: ablation),
        draft: try draft.map { try Draft($0, for: model) })
      var texts: [[Int]] = [[], []]
      while !batch.isFinished { for (index, token) in try batch.step() { texts[index].append(token.token) } }
      return texts
    }
    let ablation = Ablation(neurons: [.init(layer: 0, neuron: 1)], heads: [.init(layer: 1, head: 0)])
    let found = try text(ablation, draft: nil)
    #expect(found != (try text(nil, draft: nil)) && found.map(\.count) == [60, 60])
    for kind in DraftKind.allCases { #expect(try text(ablation, draft: kind) == found, "\(kind)") }
  }

  @Test func eachCountsOnceInOrder() {
    let ablation = Ablation(
      neurons: [.init(layer: 1, neuron: 0), .init(layer: 0, neuron: 9), .init(layer: 1, neuron: 0)],
      heads: [.init(layer: 2, head: 1), .init(layer: 2, head: 0)])
    #expect(ablation.neurons == [.init(layer: 0, neuron: 9), .init(layer: 1, neuron: 0)])
    #expect(ablation.heads == [.init(layer: 2, head: 0), .init(layer: 2, head: 1)])
    #expect(ablation == Ablation(neurons: ablation.neurons, heads: ablation.heads))
  }

  @Test(arguments: [
    (Ablation(neurons: [.init(layer: 3, neuron: 0)]), AblationError.layerOutOfRange(found: 3, layers: 3)),
    (Ablation(neurons: [.init(layer: -1, neuron: 0)]), .layerOutOfRange(found: -1, layers: 3)),
    (
      Ablation(neurons: [.init(layer: 2, neuron: 128)]), .neuronOutOfRange(found: 128, neurons: 128)
    ),
    (Ablation(neurons: [.init(layer: 0, neuron: .min)]), .neuronOutOfRange(found: .min, neurons: 128)),
    (Ablation(heads: [.init(layer: 4, head: 0)]), .layerOutOfRange(found: 4, layers: 3)),
    (Ablation(heads: [.init(layer: 0, head: 4)]), .headOutOfRange(found: 4, heads: 4)),
    (Ablation(heads: [.init(layer: 0, head: -1)]), .headOutOfRange(found: -1, heads: 4)),
  ])
  func whatTheModelDoesNotHave(ablation: Ablation, error: AblationError) throws {
    let model = try model()
    let (pass, cache) = (InferencePass(configuration), KeyValueCache(for: model, capacity: 4))
    #expect(throws: error) { try model.read([.init(cache, [1], ablation: ablation)], in: pass) }
    #expect(cache.count == 0)
    #expect(throws: error) {
      try TextBatch(model, .byteLevel, prompts: [[1]], options: GenerationOptions(ablation: ablation))
    }
    #expect(throws: error) { try model.inspect([1], ablation: ablation) }
    #expect("\(error)".contains("expected"))
  }
}
