import GPT2BinaryFiles
import GPT2Tokens
import GPT2Transformer

extension Configuration {
  /// Checks that each token of a tokenizer is in the vocabulary of a model of this configuration.
  ///
  /// The model may have rows beyond them: nanoGPT and others pad a table of 50257 tokens to 50304. Such tokens have no
  /// text, and are never written.
  ///
  /// - Throws: `FileError` in the tokenizer's name.
  package func check(_ tokenizer: Tokenizer, readFrom path: String) throws(FileError) {
    guard tokenizer.vocabularySize <= vocabularySize else {
      throw FileError(
        path,
        .mismatch(
          found: "a vocabulary of \(tokenizer.vocabularySize) tokens",
          expected: "the model's \(vocabularySize)",
          advice: "use the tokenizer that the model was trained with"))
    }
  }
}
