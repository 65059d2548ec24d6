import GPT2BinaryFiles
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// GPT-2 for inference: it reads tokens into a cache and tells what might come next.
///
/// The weights stay in the format they are stored in. Many threads may use one model, each with its own caches.
public final class LanguageModel: Sendable {
  let prepared: PreparedWeights
  /// What the many rows of a prompt are rounded to for matrix products; single tokens are not rounded.
  public let precision: Precision
  package let workers: Workers

  package var weights: Weights { prepared.weights }
  /// How its keys and values are best kept: in fp32 if the weights are in it, else in fp16.
  package var keyValueFormat: KeyValueFormat { weights[.qkvw].format == .fp32 ? .fp32 : .fp16 }
  /// V, maxT, L, NH and C.
  public var configuration: Configuration { prepared.weights.configuration }

  /// - Parameters:
  ///   - adapters: Added to what its linear layers compute, beside weights that stay as they are.
  ///   - precision: bf16 if not given and the weights are no more precise themselves, else fp32.
  /// - Throws: `AllocationError` if the memory is not to be had.
  package init(
    _ weights: Weights, adapters: LowRankAdapters? = nil, precision: Precision? = nil,
    on workers: Workers = Workers()
  ) throws(AllocationError) {
    prepared = try PreparedWeights(weights, adapters: adapters, on: workers)
    self.precision = precision ?? (weights[.qkvw].format == .fp32 ? .fp32 : .bf16)
    self.workers = workers
  }

  /// A model as it is now: make another once it has been trained on. Over weights that stay as they are stored its
  /// adapters are beside them, else merged into a copy.
  ///
  /// - Throws: `AllocationError` if the memory is not to be had.
  package convenience init(_ model: Model) throws(AllocationError) {
    if let stored = model.stored {
      try self.init(
        stored.weights, adapters: model.adapters, precision: model.precision, on: model.workers)
    } else {
      try self.init(Weights(of: model), precision: model.precision, on: model.workers)
    }
  }

  /// What a sequence goes on with, and the cache it is read into.
  package struct SequenceInput {
    public let cache: KeyValueCache
    public let tokens: [Int32]
    /// Of how many of its last tokens the logits are computed.
    public let scored: Int
    /// What is switched off for this sequence alone. What its cache has read already was read with whatever was off then.
    public let ablation: Ablation?

    /// - Parameter scored: 1 to as many as there are tokens.
    public init(
      _ cache: KeyValueCache, _ tokens: [Int32], scored: Int = 1, ablation: Ablation? = nil
    ) {
      self.cache = cache
      self.tokens = tokens
      self.scored = scored
      self.ablation = ablation
    }
  }

  /// Reads the tokens of each sequence into its cache, all in one pass that reads each weight once, and leaves the
  /// logits of each sequence's last tokens in `pass`.
  ///
  /// - Parameter products: How rows are multiplied: `alone` as tokens that are generated, `packed` as a prompt's; by
  ///   default by their number. Either way a sequence's bits are the same in any number of passes and whatever others are
  ///   beside it, but for `packed` products by BLAS.
  /// - Throws: `ModelError` if a token is not in the vocabulary, a sequence has none, or a cache belongs to another
  ///   model or has no room; `AblationError`; `AllocationError`; `FileError` if a mapped file was cut. The caches are then as before.
  package func read(
    _ inputs: [SequenceInput], as products: RowProducts? = nil, in pass: InferencePass
  ) throws {
    for input in inputs {
      try check(input)
      try input.ablation?.check(for: configuration)
    }
    let rows = inputs.reduce(0) { $0 + $1.tokens.count }
    let products = products ?? (rows <= Linear.fewRows ? .alone : .packed)
    try pass.reserve(rows: rows, products, scored: inputs.map(\.scored))
    guard rows > 0 else { return }
    for input in inputs { try input.cache.reserve(input.tokens.count) }
    pass.run(inputs, through: self)
    // Weights that a cut file has no longer read as zeros.
    try weights.checkFiles()
    for input in inputs { input.cache.advance(by: input.tokens.count) }
  }

  /// Reads tokens as a sequence of their own, and calls `body` with the logits of the last `count` of them, (rows,
  /// V), a band at a time.
  ///
  /// - Throws: `ModelError`; `AllocationError`; what `body` throws.
  package func forEachLogitsBand(
    of tokens: [Int32], last count: Int, in pass: InferencePass,
    _ body: (_ rows: Range<Int>, _ logits: Matrix) throws -> Void
  ) throws {
    // Nothing is written after it that would read keys and values again and again: they need not be small.
    let cache = try KeyValueCache(
      configuration, capacity: min(max(1, tokens.count), configuration.maximumSequenceLength))
    try read([SequenceInput(cache, tokens)], in: pass)
    try pass.forEachLogitsBand(of: tokens.count - count..<tokens.count, through: self, body)
  }

  private func check(_ input: SequenceInput) throws(ModelError) {
    let cache = input.cache
    guard cache.belongs(to: configuration) else { throw .foreignActivations }
    guard !input.tokens.isEmpty else { throw .wrongTokenCount(found: 0, expected: 1) }
    precondition((1...input.tokens.count).contains(input.scored), "no such tokens to score")
    guard cache.count + input.tokens.count <= cache.capacity else {
      throw .sequenceTooLong(found: cache.count + input.tokens.count, maximum: cache.capacity)
    }
    try configuration.check(input.tokens)
  }
}
