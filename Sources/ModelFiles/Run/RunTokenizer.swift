import BinaryFiles
import GGUF
import Platform
import Tokens

/// The tokenizer that a run keeps: in llm.c's format, `tokenizer.bin`, or where that would lose added tokens' flags
/// in a GGUF file without tensors, `tokenizer.gguf`, which llama.cpp knows as a vocabulary.
public enum RunTokenizer {
  static let plain = "tokenizer.bin"
  static let whole = "tokenizer.gguf"

  /// - Parameter directory: With a slash at its end.
  /// - Returns: `nil` if there is none.
  public static func path(in directory: String) -> String? {
    [whole, plain].map { directory + $0 }.first { access($0, F_OK) == 0 }
  }

  /// Replaces the one that is there.
  ///
  /// - Throws: `FileError` if it cannot be written.
  public static func write(_ tokenizer: Tokenizer, in directory: String) throws(FileError) {
    let isPlain = tokenizer.addedTokens.count <= 1 && !tokenizer.parsesSpecialTokens
    if isPlain {
      try tokenizer.write(to: directory + plain, replacing: true)
    } else {
      let architecture = MetadataEntry(GGUFKey.architecture, .string("gpt2"))
      try GGUFWriter.write(
        to: directory + whole, replacing: true, metadata: [architecture] + tokenizer.keptMetadata(),
        tensors: []
      ) { _, _ in }
    }
    unlink(directory + (isPlain ? whole : plain))
  }
}
