import GPT2BinaryFiles
import GPT2GGUF
import GPT2Platform
import GPT2Tokens

/// The tokenizer that a run keeps: in llm.c's format, `tokenizer.bin`, or where that would lose added tokens' flags
/// in a GGUF file without tensors, `tokenizer.gguf`, which llama.cpp knows as a vocabulary.
package enum RunTokenizer {
  static let plain = "tokenizer.bin"
  static let whole = "tokenizer.gguf"
  /// The names that it may have.
  package static let names = [whole, plain]

  /// - Parameter directory: With a slash at its end.
  /// - Returns: `nil` if there is none.
  package static func path(in directory: String) -> String? {
    names.map { directory + $0 }.first { FileSystem.exists($0) }
  }

  /// - Parameters:
  ///   - directory: With a slash at its end.
  ///   - folder: The directory, if it is held.
  ///   - replacing: Whether one that is there may be replaced.
  /// - Throws: `FileError` if there is one that may not be replaced, or if it cannot be written.
  package static func write(
    _ tokenizer: Tokenizer, in directory: String, heldAs folder: HeldFolder? = nil, replacing: Bool
  ) throws(FileError) {
    let isPlain = tokenizer.addedTokens.count <= 1 && !tokenizer.parsesSpecialTokens
    if isPlain {
      try tokenizer.write(to: directory + plain, in: folder, replacing: replacing)
    } else {
      let architecture = MetadataEntry(GGUFKey.architecture, .string("gpt2"))
      try GGUFWriter.write(
        to: directory + whole, in: folder, replacing: replacing,
        metadata: [architecture] + tokenizer.keptMetadata(), tensors: []
      ) { _, _ in }
    }
    if replacing { FilePlace(directory + (isPlain ? whole : plain), in: folder).unlink() }
  }

  /// Whether a file holds just this tokenizer; `false` too if it holds none.
  package static func isSame(_ tokenizer: Tokenizer, as path: String) -> Bool {
    guard let other = try? Tokenizer.read(path) else { return false }
    return other.vocabulary == tokenizer.vocabulary && other.endOfText == tokenizer.endOfText
      && other.addedTokens == tokenizer.addedTokens && other.addsPrefixSpace == tokenizer.addsPrefixSpace
  }
}
