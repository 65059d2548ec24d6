import Kernels
import TestSupport
import Testing
import Transformer
import WeightFormats

@testable import Generation

/// Reading into a cache, however the tokens come, against the whole forward pass of the training model.
@Suite struct CacheTests {
  /// The bound that is stated for logits in fp32, relative to the largest of them.
  static let bound: Float = 1e-5

  /// Every way of cutting 64 tokens in two; then one by one. The same greedy tokens, and logits within the bound.
  @Test func anyPromptLength() throws {
    let (model, language) = try models()
    var random = SeededRandom(seed: 4)
    let tokens = (0..<64).map { _ in Int32.random(in: 0..<300, using: &random) }
    let expected = try wholePass(tokens, model)
    for length in 1...64 {
      let pass = InferencePass(model.configuration)
      let cache = try KeyValueCache(model.configuration, capacity: 64)
      try language.read([.init(cache, Array(tokens[..<length]))], in: pass)
      expectNear(pass.logits(), expected[length - 1], "a prompt of \(length)")
      for position in length..<min(64, length + 3) {
        try language.read([.init(cache, [tokens[position]])], in: pass)
        expectNear(pass.logits(), expected[position], "token \(position) after a prompt of \(length)")
      }
      // The rest at once, over a cache that is not empty.
      if cache.count < 64 {
        try language.read([.init(cache, Array(tokens[cache.count...]))], in: pass)
        expectNear(pass.logits(), expected[63], "the rest of a prompt of \(length)")
      }
    }
  }

  @Test func tokenByTokenToTheLastPosition() throws {
    let (model, language) = try models()
    let tokens = (0..<64).map { Int32($0 * 37 % 300) }
    let expected = try wholePass(tokens, model)
    let pass = InferencePass(model.configuration)
    let cache = try KeyValueCache(model.configuration, capacity: 64)
    for (position, token) in tokens.enumerated() {
      try language.read([.init(cache, [token])], in: pass)
      expectNear(pass.logits(), expected[position], "token \(position)")
    }
    #expect(throws: ModelError.sequenceTooLong(found: 65, maximum: 64)) {
      try language.read([.init(cache, [1])], in: pass)
    }
  }

  /// Several sequences in one pass give the bits that each gives alone.
  @Test func sequencesTogetherAreAsAlone() throws {
    let (model, language) = try models()
    let prompts: [[Int32]] = [[1], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [13, 14]]
    let alone = try prompts.map { prompt -> [Float] in
      let pass = InferencePass(model.configuration)
      let cache = try KeyValueCache(model.configuration, capacity: 20)
      try language.read([.init(cache, prompt)], in: pass)
      try language.read([.init(cache, [99])], in: pass)
      return Array(pass.logits())
    }
    let pass = InferencePass(model.configuration)
    let caches = try prompts.map { _ in try KeyValueCache(model.configuration, capacity: 20) }
    for (cache, prompt) in zip(caches, prompts) { try language.read([.init(cache, prompt)], in: pass) }
    try language.read(caches.map { .init($0, [99]) }, in: pass)
    for index in prompts.indices {
      #expect(pass.logits(of: index).map(\.bitPattern) == alone[index].map(\.bitPattern))
    }
  }

  /// Weights of 16 bits have keys and values of 16 bits, too: token by token against the whole prompt at once, whose
  /// own keys and values are not rounded.
  @Test func sixteenBitsAreNearTheWholePrompt() throws {
    let (model, _) = try models()
    let language = try LanguageModel(
      try Weights(model.parameters).encoded(as: .fp16), precision: .fp32, on: Workers(count: 2))
    let (pass, cache) = (InferencePass(model.configuration), try KeyValueCache(for: language, capacity: 64))
    let tokens = (0..<64).map { Int32($0 * 41 % 300) }
    for (position, token) in tokens.enumerated() {
      try language.read([.init(cache, [token])], in: pass)
      let oneByOne = Array(pass.logits())
      let whole = try KeyValueCache(for: language, capacity: 64)
      try language.read([.init(whole, Array(tokens[...position]))], in: pass)
      let scale = pass.logits().reduce(0) { max($0, abs($1)) }
      let difference = zip(oneByOne, pass.logits()).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(difference < 1e-3 * scale)
    }
    #expect(2 * cache.byteCount == (try KeyValueCache(model.configuration, capacity: 64)).byteCount)
  }

  @Test func aCacheCutBackGoesOnFromThere() throws {
    let (model, language) = try models()
    let pass = InferencePass(model.configuration)
    let cache = try KeyValueCache(model.configuration, capacity: 64)
    try language.read([.init(cache, [1, 2, 3, 4, 5])], in: pass)
    cache.truncate(to: 2)
    try language.read([.init(cache, [9])], in: pass)
    expectNear(pass.logits(), try wholePass([1, 2, 9], model)[2], "after cutting back")
  }

  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let bits = try [1, 2, 5].map { threads -> [UInt32] in
      let (model, language) = try models(on: Workers(count: threads))
      let pass = InferencePass(model.configuration)
      let cache = try KeyValueCache(model.configuration, capacity: 64)
      try language.read([.init(cache, [Int32](1...20))], in: pass)
      try language.read([.init(cache, [9])], in: pass)
      return pass.logits().map(\.bitPattern)
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  @Test func whatCannotBeRead() throws {
    let (model, language) = try models()
    let pass = InferencePass(model.configuration)
    let cache = try KeyValueCache(model.configuration, capacity: 4)
    try language.read([.init(cache, [1, 2])], in: pass)
    #expect(throws: ModelError.sequenceTooLong(found: 5, maximum: 4)) {
      try language.read([.init(cache, [1, 2, 3])], in: pass)
    }
    #expect(throws: ModelError.tokenOutOfRange(token: 300, position: 1, vocabularySize: 300)) {
      try language.read([.init(cache, [1, 300])], in: pass)
    }
    #expect(throws: ModelError.wrongTokenCount(found: 0, expected: 1)) {
      try language.read([.init(cache, [])], in: pass)
    }
    let other = try Configuration(
      maximumSequenceLength: 8, vocabularySize: 300, layers: 1, heads: 1, channels: 8)
    #expect(throws: ModelError.foreignActivations) {
      try language.read([.init(try KeyValueCache(other, capacity: 4), [1])], in: pass)
    }
    #expect(cache.count == 2)
  }

  /// A model's adapters as they are when the language model is made of it.
  @Test func adaptersAreInWhatItReadsWith() throws {
    let (plain, _) = try models()
    let layout = try AdapterLayout(
      plain.configuration, rank: 4, alpha: 2, targets: TensorSet([.qkvw, .attprojw, .fcprojw]))
    let adapters = try LowRankAdapters(zeroed: layout)
    var random = SeededRandom(seed: 12)
    for index in adapters.values.indices {
      adapters.values[index] = Float.random(in: -0.3...0.3, using: &random)
    }
    let model = Model(plain.parameters, adapters: adapters, on: plain.workers)
    let tokens = (0..<20).map { Int32($0 * 37 % 300) }
    let expected = try wholePass(tokens, model)
    // What they change is a thousand times the bound that is allowed below.
    #expect(Closeness.error(of: try wholePass(tokens, plain)[19], against: expected[19]) > 0.01)
    let language = try LanguageModel(model)
    adapters.values.update(repeating: 0)
    let pass = InferencePass(model.configuration)
    let cache = try KeyValueCache(model.configuration, capacity: 20)
    try language.read([.init(cache, Array(tokens[..<19]))], in: pass)
    try language.read([.init(cache, [tokens[19]])], in: pass)
    expectNear(pass.logits(), expected[19], "20 tokens")
  }

  /// Random weights: 3 layers of 4 heads of 11 channels, 300 tokens, 64 positions.
  private func models(on workers: Workers = Workers(count: 2)) throws -> (Model, LanguageModel) {
    let configuration = try Configuration(
      maximumSequenceLength: 64, vocabularySize: 300, layers: 3, heads: 4, channels: 44)
    let parameters = try Parameters(zeroed: configuration)
    var random = SeededRandom(seed: 11)
    for index in parameters.values.indices {
      parameters.values[index] = Float.random(in: -0.3...0.3, using: &random)
    }
    let model = Model(parameters, on: workers)
    return (model, try LanguageModel(model))
  }

  /// Every position's logits.
  private func wholePass(_ tokens: [Int32], _ model: Model) throws -> [[Float]] {
    let activations = try Activations(
      model.configuration, batchSize: 1, sequenceLength: tokens.count, keepingForBackward: false)
    try model.forward(tokens, into: activations)
    var rows: [[Float]] = []
    model.forEachLogitsRow(of: activations) { _, logits in
      rows.append(Array(logits[..<model.configuration.vocabularySize]))
    }
    return rows
  }

  private func expectNear(
    _ logits: UnsafeBufferPointer<Float>, _ expected: [Float], _ comment: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let difference = zip(logits, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(
      logits.count == expected.count && difference <= Self.bound * scale, "\(comment): \(difference)",
      sourceLocation: sourceLocation)
    let best = { (values: [Float]) in values.indices.max { values[$0] < values[$1] } }
    #expect(best(Array(logits)) == best(expected), "\(comment)", sourceLocation: sourceLocation)
  }
}
