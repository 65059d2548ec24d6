import BinaryFiles
import Tokens
import Transformer

extension Tokenizer {
  /// The tokenizer that a model file holds.
  ///
  /// - Throws: `FileError` if it holds none, as llm.c's checkpoints do not, or a damaged one.
  public convenience init(inModel path: String) throws(FileError) {
    switch try ModelFile(contentsOf: path) {
    case .checkpoint:
      throw FileError(
        path,
        .mismatch(
          found: "a checkpoint, which holds no tokenizer", expected: "a tokenizer beside it",
          advice: "name the tokenizer file that the model was trained with"))
    case .gguf:
      throw FileError(path, .notFound)
    }
  }
}
