import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import GPT2Tokens
import GPT2Transformer

extension ModelSource {
  /// The model and its tokenizer.
  ///
  /// - Throws: `FileError` if a file cannot be used, or two do not belong together; `AllocationError`.
  package func load(on workers: Workers) throws -> (LanguageModel, Tokenizer) {
    let source = try resolved()
    let file = try ModelFile(contentsOf: source.path)
    let (weights, adapters) = try source.adaptedWeights(in: file, on: workers)
    // Two things that take some hundredths of a second each.
    var tokenizer: Result<Tokenizer, any Error>?
    workers.run(parts: 2) { part in
      if part == 1 { return weights.populate() }
      tokenizer = Result { try source.tokenizer(in: file, for: weights.configuration) }
    }
    guard let tokenizer = try tokenizer?.get() else { preconditionFailure("part 0 has run") }
    return (try source.languageModel(weights, adapters, on: workers), tokenizer)
  }

  /// The same, telling how far it is.
  ///
  /// - Parameter progress: Called on this thread as each stage begins. What it throws ends the loading.
  /// - Throws: As `load(on:)`; what `progress` throws.
  package func load(
    on workers: Workers, progress: (LoadingStage) throws -> Void
  ) throws -> (LanguageModel, Tokenizer) {
    try progress(.opening)
    let source = try resolved()
    let file = try ModelFile(contentsOf: source.path)
    let (weights, adapters) = try source.adaptedWeights(in: file, on: workers)
    try progress(.reading(fraction: 0))
    try weights.populate { try progress(.reading(fraction: $0)) }
    try progress(.preparing)
    let tokenizer = try source.tokenizer(in: file, for: weights.configuration)
    return (try source.languageModel(weights, adapters, on: workers), tokenizer)
  }

  /// The model, and a tokenizer if one was named, or is in the model's file or folder.
  ///
  /// - Throws: As `load(on:)`.
  package func loadWithTokenizerIfAny(on workers: Workers) throws -> (LanguageModel, Tokenizer?) {
    let source = try resolved()
    let file = try ModelFile(contentsOf: source.path)
    let (weights, adapters) = try source.adaptedWeights(in: file, on: workers)
    let isThere = source.tokenizerPath != nil || file.holdsTokenizer
    let tokenizer = isThere ? try source.tokenizer(in: file, for: weights.configuration) : nil
    return (try source.languageModel(weights, adapters, on: workers), tokenizer)
  }

  private func languageModel(
    _ weights: Weights, _ adapters: LowRankAdapters?, on workers: Workers
  ) throws -> LanguageModel {
    let weights = try format.map { try weights.encoded(as: $0, readFrom: path, on: workers) } ?? weights
    return try LanguageModel(weights, adapters: adapters, precision: precision, on: workers)
  }
}
