import BinaryFiles
import GGUF

/// A file that holds a model, mapped; which kind it is, its first bytes say.
public enum ModelFile: Sendable {
  /// llm.c's.
  case checkpoint(MappedFile)
  case gguf(GGUFFile)

  /// - Throws: `FileError` if the file cannot be read or is of no kind that is known; for a GGUF file, whatever is
  ///   wrong with it, but not yet with the model in it.
  public init(contentsOf path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    guard file.count >= MemoryLayout<Int32>.size else {
      throw FileError(path, .truncatedHeader(found: file.count, expected: Header.byteCount))
    }
    switch file.load(Int32.self, at: 0) {
    case Checkpoint.magic: self = .checkpoint(file)
    case GGUFFormat.magic: self = .gguf(try GGUFFile(file))
    case let found:
      throw FileError(
        path, .wrongMagic(found: found, expected: Checkpoint.magic, kind: "model checkpoint, or GGUF"))
    }
  }

  /// The model's weights where they lie in the file.
  ///
  /// - Throws: `FileError` if the file holds no whole and consistent GPT-2.
  public func weights() throws(FileError) -> Weights {
    switch self {
    case .checkpoint(let file): try Checkpoint.weights(in: file)
    case .gguf(let file): try GGUFModel(file).weights()
    }
  }
}

extension Weights {
  /// The weights of a model file, used where they lie in it: llm.c's checkpoints of version 1, 3 and 5, and GPT-2
  /// in GGUF files.
  ///
  /// - Throws: `FileError` if the file holds no whole and consistent GPT-2.
  public static func read(_ path: String) throws(FileError) -> Weights {
    try ModelFile(contentsOf: path).weights()
  }
}
