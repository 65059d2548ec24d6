import BinaryFiles
import Kernels
import Tokens
import Transformer
import WeightFormats

/// Where a model that is to run comes from, and how its weights are to be held.
public struct ModelSource: Sendable {
  /// A checkpoint of llm.c's, a GGUF or safetensors file, or a folder of Hugging Face's.
  public var path: String
  /// A tokenizer file of llm.c's; `nil` for the one in the model's file or folder.
  public var tokenizerPath: String?
  /// Low-rank adapters that were trained on the model, to be merged into it.
  public var adaptersPath: String?
  /// What weights are rounded to; `nil` for what they are.
  public var format: WeightFormat?
  /// What a prompt's rows are rounded to for matrix products: see `LanguageModel`.
  public var precision: Precision?

  public init(
    _ path: String, tokenizer: String? = nil, adapters: String? = nil, format: WeightFormat? = nil,
    precision: Precision? = nil
  ) {
    self.path = path
    tokenizerPath = tokenizer
    adaptersPath = adapters
    self.format = format
    self.precision = precision
  }

  /// The model and its tokenizer.
  ///
  /// - Throws: `FileError` if a file cannot be used, or two do not belong together; `AllocationError`.
  public func load(on workers: Workers) throws -> (LanguageModel, Tokenizer) {
    let file = try ModelFile(contentsOf: path)
    let weights = try weights(in: file, on: workers)
    // Two things that take some hundredths of a second each.
    var tokenizer: Result<Tokenizer, any Error>?
    workers.run(parts: 2) { part in
      if part == 1 { return weights.populate() }
      tokenizer = Result { try loadTokenizer(in: file, for: weights.configuration) }
    }
    guard let tokenizer = try tokenizer?.get() else { preconditionFailure("part 0 has run") }
    return (try languageModel(weights, on: workers), tokenizer)
  }

  /// The model, and a tokenizer if one was named, or is in the model's file or folder.
  ///
  /// - Throws: As `load(on:)`.
  public func loadWithTokenizerIfAny(on workers: Workers) throws -> (LanguageModel, Tokenizer?) {
    let file = try ModelFile(contentsOf: path)
    let weights = try weights(in: file, on: workers)
    let isThere = tokenizerPath != nil || file.holdsTokenizer
    let tokenizer = isThere ? try loadTokenizer(in: file, for: weights.configuration) : nil
    return (try languageModel(weights, on: workers), tokenizer)
  }

  /// The weights in `file`, which is that of `path`: where they lie in it as far as its layout allows, or with
  /// adapters in memory.
  ///
  /// - Throws: `FileError`; `AllocationError`.
  public func weights(in file: ModelFile, on workers: Workers) throws -> Weights {
    guard let adaptersPath else { return try file.weights(on: workers) }
    let base = try file.parameters(on: workers)
    let adapters = try AdapterFile.read(adaptersPath, for: base, on: workers)
    adapters.merge(into: base, on: workers)
    return Weights(base)
  }

  private func languageModel(_ weights: Weights, on workers: Workers) throws -> LanguageModel {
    let weights = try format.map { try weights.encoded(as: $0, on: workers) } ?? weights
    return try LanguageModel(weights, precision: precision, on: workers)
  }

  private func loadTokenizer(in file: ModelFile, for configuration: Configuration) throws -> Tokenizer {
    let loaded = try tokenizerPath.map { try Tokenizer(contentsOf: $0) } ?? file.tokenizer()
    try configuration.check(loaded, readFrom: tokenizerPath ?? path)
    return loaded
  }
}
