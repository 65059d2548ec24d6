import ArgumentParser
import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Tokens

/// What `tokenizer train` writes: by the end of the output's name, or because there is a folder.
enum TokenizerTarget {
  /// llm.c's file.
  case file(String)
  /// One of Hugging Face's.
  case folder(String)

  init(_ output: String) throws {
    if Folder.exists(output) || Folder.endsWithSlash(output) {
      self = .folder(output)
    } else if output.hasSuffix(".bin") {
      self = .file(output)
    } else {
      throw ValidationError(
        "--output is \(output), expected a name that ends in .bin, or in / for a Hugging Face folder.")
    }
  }

  /// - Throws: `FileError` if it cannot be written.
  func check(replacing: Bool) throws(FileError) {
    switch self {
    case .file(let path): try FileWriter.check(path, replacing: replacing)
    case .folder(let path): try HuggingFaceTokenizerWriter(path, replacing: replacing).check()
    }
  }

  /// - Throws: `FileError` if it cannot be written; then it is as it was.
  func write(_ tokenizer: Tokenizer, replacing: Bool) throws(FileError) {
    switch self {
    case .file(let path): try tokenizer.write(to: path, replacing: replacing)
    case .folder(let path): try HuggingFaceTokenizerWriter(path, replacing: replacing).write(tokenizer)
    }
  }
}
