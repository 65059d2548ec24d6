import GPT2Kernels
import TestSupport
import Testing
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

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
  /// scores are summed in another order.
  @Test func sixteenBitsAreNearTheWholePrompt() throws {
    let (model, _) = try models()
    let language = try LanguageModel(
      try Weights(model.parameters).encoded(as: .fp16), precision: .fp32, on: Workers(count: 2))
    let (pass, cache) = (InferencePass(model.configuration), KeyValueCache(for: language, capacity: 64))
    let tokens = (0..<64).map { Int32($0 * 41 % 300) }
    for (position, token) in tokens.enumerated() {
      try language.read([.init(cache, [token])], in: pass)
      let oneByOne = Array(pass.logits())
      let whole = KeyValueCache(for: language, capacity: 64)
      try language.read([.init(whole, Array(tokens[...position]))], in: pass)
      let scale = pass.logits().reduce(0) { max($0, abs($1)) }
      let difference = zip(oneByOne, pass.logits()).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(difference < 1e-3 * scale)
    }
    let wide = try KeyValueCache(model.configuration, capacity: 64)
    try wide.reserve(64)
    #expect(2 * cache.byteCount == wide.byteCount)
  }

  /// Memory follows the tokens, and goes back to the pool.
  @Test func pagesComeAsASequenceGrows() throws {
    let (model, language) = try models()
    let pool = KeyValuePool(for: language)
    let page = pool.shape.pageBytes
    do {
      let cache = KeyValueCache(from: pool, capacity: 64)
      #expect(cache.byteCount == 0)
      let pass = InferencePass(model.configuration)
      try language.read([.init(cache, [Int32](repeating: 5, count: 32))], in: pass)
      #expect(cache.byteCount == page && pool.byteCount == page)
      try language.read([.init(cache, [6])], in: pass)
      #expect(cache.byteCount == 2 * page && pool.byteCount == 2 * page)
      cache.truncate(to: 1)
      #expect(cache.byteCount == page && pool.byteCount == page)
    }
    #expect(pool.byteCount == 0)
  }

  /// Two sequences that begin alike hold the same pages; what one writes the other does not see, whichever goes on first.
  @Test(arguments: [20, 32, 33, 40])
  func sharedBeginnings(shared: Int) throws {
    let (model, language) = try models()
    let pool = KeyValuePool(for: language)
    let pass = InferencePass(model.configuration)
    let beginning = (0..<40).map { Int32($0 * 37 % 300) }
    func logits(after tokens: [Int32]) throws -> [UInt32] {
      let alone = KeyValueCache(from: pool, capacity: 64)
      try language.read([.init(alone, Array(beginning[..<shared]))], as: .packed, in: pass)
      for token in tokens { try language.read([.init(alone, [token])], as: .alone, in: pass) }
      return pass.logits().map(\.bitPattern)
    }
    let expected = try [[1, 2], [3, 4]].map { try logits(after: $0) }
    // BLAS may sum in another order where there are other rows beside.
    let read = Linear.packsEachRowAlike(language.precision, on: language.workers) ? beginning.count : shared
    for first in [0, 1] {
      let original = KeyValueCache(from: pool, capacity: 64)
      try language.read([.init(original, Array(beginning[..<read]))], as: .packed, in: pass)
      let copy = KeyValueCache(from: pool, capacity: 64)
      copy.share(shared, of: original)
      original.truncate(to: shared)
      #expect(pool.byteCount == (shared + 31) / 32 * pool.shape.pageBytes)
      let caches = [original, copy]
      for tokens in [[1, 3], [2, 4]] as [[Int32]] {
        for index in [first, 1 - first] {
          try language.read([.init(caches[index], [tokens[index]])], as: .alone, in: pass)
          let isSame = pass.logits().map(\.bitPattern) == expected[index]
          if tokens[0] == 2 { #expect(isSame, "text \(index)") }
        }
      }
    }
  }

  /// A prompt is the same bits in any pieces and beside any others, but for products by BLAS.
  @Test(arguments: [WeightFormat.fp32, .fp16, .q8_0], [Precision.fp32, .bf16])
  func aPromptInPieces(format: WeightFormat, precision: Precision) throws {
    let (model, _) = try models(channels: 64)
    let language = try LanguageModel(
      try Weights(model.parameters).encoded(as: format, on: model.workers), precision: precision,
      on: model.workers)
    guard Linear.packsEachRowAlike(precision, on: model.workers) else { return }
    let pass = InferencePass(model.configuration)
    let tokens = (0..<61).map { Int32($0 * 41 % 300) }
    func logits(_ ends: [Int], beside others: [[Int32]] = []) throws -> [UInt32] {
      let cache = KeyValueCache(for: language, capacity: 64)
      for (start, end) in zip([0] + ends, ends) {
        let others = others.map {
          LanguageModel.SequenceInput(KeyValueCache(for: language, capacity: 64), $0)
        }
        try language.read([.init(cache, Array(tokens[start..<end]))] + others, as: .packed, in: pass)
      }
      return pass.logits().map(\.bitPattern)
    }
    let whole = try logits([61])
    #expect(try logits([60, 61]) == whole)
    #expect(try logits([1, 2, 32, 50, 61]) == whole)
    #expect(try logits([33, 61], beside: [[7], [8, 9, 10]]) == whole)
    // And tokens that are written, beside however many.
    func next(beside count: Int) throws -> [UInt32] {
      let caches = (0...count).map { _ in KeyValueCache(for: language, capacity: 64) }
      for (index, cache) in caches.enumerated() {
        try language.read([.init(cache, [Int32(index), 5])], as: .packed, in: pass)
      }
      try language.read(caches.map { .init($0, [9]) }, as: .alone, in: pass)
      return pass.logits().map(\.bitPattern)
    }
    let alone = try next(beside: 0)
    for count in [1, 8, 9, 40] { #expect(try next(beside: count) == alone, "beside \(count)") }
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

  /// Random weights: 3 layers of 4 heads, of 11 channels if not given, 300 tokens, 64 positions.
  private func models(channels: Int = 44, on workers: Workers = Workers(count: 2)) throws -> (
    Model, LanguageModel
  ) {
    let configuration = try Configuration(
      maximumSequenceLength: 64, vocabularySize: 300, layers: 3, heads: 4, channels: channels)
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
