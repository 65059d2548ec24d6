import BinaryFiles
import Tokens
import Transformer

extension Configuration {
  /// Checks that a model of this configuration and a tokenizer have the same vocabulary.
  ///
  /// - Throws: `FileError` in the tokenizer's name.
  public func check(_ tokenizer: Tokenizer, readFrom path: String) throws(FileError) {
    guard tokenizer.vocabularySize == vocabularySize else {
      throw FileError(
        path,
        .mismatch(
          found: "a vocabulary of \(tokenizer.vocabularySize) tokens",
          expected: "the model's \(vocabularySize)",
          advice: "use the tokenizer that the model was trained with"))
    }
  }
}
