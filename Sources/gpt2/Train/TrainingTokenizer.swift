import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Terminal
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

/// The tokenizer of a run's data: the one that was named, else the one that the run keeps, or that the model knows.
struct TrainingTokenizer {
  let tokenizer: Tokenizer
  /// Named in errors.
  let path: String

  /// - Returns: `nil` if none was named and none is known.
  /// - Throws: `FileError` if a tokenizer, or the model that may hold one, cannot be read.
  init?(_ command: TrainCommand, in directory: RunDirectory) throws {
    if let path = command.tokenizer {
      self.init(path: path, tokenizer: try Tokenizer.read(path))
    } else if command.isResuming, let path = directory.tokenizer, try !directory.holdsReplaced() {
      self.init(path: path, tokenizer: try Tokenizer.read(path))
    } else if let (path, tokenizer) = try Self.ofModel(command.model) {
      self.init(path: path, tokenizer: tokenizer)
    } else {
      return nil
    }
  }

  private init(path: String, tokenizer: Tokenizer) {
    self.path = path
    self.tokenizer = tokenizer
  }

  /// Where to read the tokenizer of a model that is there: the one that was named, the model's own, or the usual one.
  ///
  /// - Throws: `FileError` if there is none.
  static func path(named: String?, _ model: String, _ configuration: Configuration) throws -> String {
    if let path = try named ?? ofModel(model)?.path { return path }
    if try usual(of: configuration) != nil { return usualPath }
    throw FileError(
      model,
      .mismatch(
        found: "a model without a tokenizer", expected: "one for the texts",
        advice: "name the tokenizer that it was trained with: --tokenizer"))
  }

  private static let usualPath = "gpt2_tokenizer.bin"

  /// The one in the working directory, which llm.c takes for GPT-2's: not for a model of another vocabulary.
  static func usual(of configuration: Configuration) throws -> Tokenizer? {
    let path = usualPath
    guard FileSystem.exists(path) else { return nil }
    let tokenizer = try Tokenizer(contentsOf: path)
    guard tokenizer.vocabularySize == configuration.vocabularySize else {
      Diagnostics.write(
        "gpt2: note: \(path) has \(tokenizer.vocabularySize) tokens, the model \(configuration.vocabularySize): "
          + "it is not used")
      return nil
    }
    return tokenizer
  }

  private static func ofModel(_ model: String) throws -> (path: String, tokenizer: Tokenizer)? {
    // A size, or a name that is wrong, which is said elsewhere.
    guard ModelSize(descriptor: model) == nil else { return nil }
    let source = try ModelSource(model).resolved()
    guard FileSystem.exists(source.path) else { return nil }
    if let path = source.tokenizerPath { return (path, try Tokenizer.read(path)) }
    let file = try ModelFile(contentsOf: source.path)
    return file.holdsTokenizer ? (file.folder ?? source.path, try file.tokenizer()) : nil
  }
}
