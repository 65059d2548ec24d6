import BinaryFiles
import Platform

/// A file that a command reads as a whole; - is standard input.
enum InputFile {
  /// What errors call it.
  static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

  /// - Throws: `FileError`.
  static func bytes(_ path: String) throws(FileError) -> [UInt8] {
    if path == "-" {
      guard let bytes = Descriptors.readAll(from: STDIN_FILENO) else {
        throw FileError(name(path), .fromErrno("reading it"))
      }
      return bytes
    }
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { Array(file.bytes) }
  }
}
