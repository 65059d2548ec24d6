import GPT2BinaryFiles
import GPT2Tokens
import GPT2Transformer

extension ModelFile {
  /// Whether a tokenizer may be in the file, or beside it in a folder of Hugging Face's: llm.c's checkpoints have
  /// none.
  package var holdsTokenizer: Bool {
    switch self {
    case .checkpoint: false
    case .gguf(let file): !file.tokenizerMetadata.isEmpty
    case .safeTensors, .pyTorch: folder.map(Tokenizer.isInHuggingFaceFolder) ?? false
    }
  }

  /// The folder of Hugging Face's that the model is in, if it is in one.
  package var folder: String? { dictionaryModel?.folder }

  /// The tokenizer in the file or folder.
  ///
  /// - Throws: `FileError` if there is none, or none of GPT-2's kind.
  package func tokenizer() throws(FileError) -> Tokenizer {
    switch self {
    case .gguf(let file):
      return try Tokenizer(file)
    case .checkpoint(let file):
      throw Self.noTokenizer(file.path, in: "a checkpoint")
    case .safeTensors, .pyTorch:
      guard let folder else { throw Self.noTokenizer(path, in: "a file of tensors") }
      return try Tokenizer(huggingFaceFolder: folder)
    }
  }

  private static func noTokenizer(_ path: String, in kind: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: "\(kind), which holds no tokenizer", expected: "a tokenizer beside it",
        advice: "name the tokenizer file that the model was trained with"))
  }
}
