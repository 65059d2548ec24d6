import BinaryFiles
import Kernels
import ModelFiles
import Tokens
import Transformer

extension ModelSource {
  /// The model and its tokenizer.
  ///
  /// - Throws: `FileError` if a file cannot be used, or two do not belong together; `AllocationError`.
  public func load(on workers: Workers) throws -> (LanguageModel, Tokenizer) {
    try resolved().loadFiles(on: workers)
  }

  private func loadFiles(on workers: Workers) throws -> (LanguageModel, Tokenizer) {
    let file = try ModelFile(contentsOf: path)
    let weights = try weights(in: file, on: workers)
    // Two things that take some hundredths of a second each.
    var tokenizer: Result<Tokenizer, any Error>?
    workers.run(parts: 2) { part in
      if part == 1 { return weights.populate() }
      tokenizer = Result { try self.tokenizer(in: file, for: weights.configuration) }
    }
    guard let tokenizer = try tokenizer?.get() else { preconditionFailure("part 0 has run") }
    return (try languageModel(weights, on: workers), tokenizer)
  }

  /// The model, and a tokenizer if one was named, or is in the model's file or folder.
  ///
  /// - Throws: As `load(on:)`.
  public func loadWithTokenizerIfAny(on workers: Workers) throws -> (LanguageModel, Tokenizer?) {
    try resolved().loadFilesWithTokenizerIfAny(on: workers)
  }

  private func loadFilesWithTokenizerIfAny(on workers: Workers) throws -> (LanguageModel, Tokenizer?) {
    let file = try ModelFile(contentsOf: path)
    let weights = try weights(in: file, on: workers)
    let isThere = tokenizerPath != nil || file.holdsTokenizer
    let tokenizer = isThere ? try self.tokenizer(in: file, for: weights.configuration) : nil
    return (try languageModel(weights, on: workers), tokenizer)
  }

  private func languageModel(_ weights: Weights, on workers: Workers) throws -> LanguageModel {
    let weights = try format.map { try weights.encoded(as: $0, on: workers) } ?? weights
    return try LanguageModel(weights, precision: precision, on: workers)
  }
}
