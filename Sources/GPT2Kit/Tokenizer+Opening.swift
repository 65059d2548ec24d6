import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Tokens

extension Tokenizer {
  /// The tokenizer that a path names, whatever kind it is of.
  ///
  /// - Parameter path: llm.c's tokenizer file, a GGUF file that holds one, tokenizer.json, vocab.json with merges.txt beside
  ///   it, a folder of Hugging Face's, or the name of a model that `gpt2 fetch` has fetched.
  /// - Throws: `FileError` that says what the file is if it is no tokenizer, or what is wrong with it.
  public static func open(_ path: String) throws(FileError) -> Tokenizer { try read(path) }
}
