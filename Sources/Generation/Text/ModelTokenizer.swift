import BinaryFiles
import Tokens
import Transformer

extension ModelFile {
  /// Whether a tokenizer may be in the file: llm.c's checkpoints have none.
  public var holdsTokenizer: Bool {
    if case .gguf(let file) = self { return !file.tokenizerMetadata.isEmpty }
    return false
  }

  /// The tokenizer in the file.
  ///
  /// - Throws: `FileError` if there is none, or none of GPT-2's kind.
  public func tokenizer() throws(FileError) -> Tokenizer {
    switch self {
    case .gguf(let file):
      return try Tokenizer(file)
    case .checkpoint(let file):
      throw FileError(
        file.path,
        .mismatch(
          found: "a checkpoint, which holds no tokenizer", expected: "a tokenizer beside it",
          advice: "name the tokenizer file that the model was trained with"))
    }
  }
}
