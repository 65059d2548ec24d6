import BinaryFiles
import Tokens
import Transformer

extension Tokenizer {
  /// The tokenizer that a model file holds.
  ///
  /// - Throws: `FileError` if it holds none, as llm.c's checkpoints do not, or a damaged one.
  public convenience init(inModel path: String) throws(FileError) {
    guard case .gguf(let file) = try ModelFile(contentsOf: path) else {
      throw FileError(
        path,
        .mismatch(
          found: "a checkpoint, which holds no tokenizer", expected: "a tokenizer beside it",
          advice: "name the tokenizer file that the model was trained with"))
    }
    try self.init(file)
  }
}
