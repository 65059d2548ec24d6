import GPT2BinaryFiles
import GPT2Platform

/// A file that a command reads as a whole; - is standard input.
enum InputFile {
  /// What errors call it.
  static func name(_ path: String) -> String { path == "-" ? "standard input" : path }

  /// - Throws: `FileError` if it cannot be opened; nothing is read of standard input.
  static func check(_ path: String) throws(FileError) {
    if path != "-" { _ = try MappedFile(path: path) }
  }

  /// - Parameters:
  ///   - limit: Its most bytes. Of a longer one no more are read.
  ///   - expected: What has no more, for the error: "a request".
  ///   - advice: What to do about a longer one.
  /// - Throws: `FileError`.
  static func bytes(
    _ path: String, atMost limit: Int, expected: String, advice: String
  ) throws(FileError) -> [UInt8] {
    let bytes: [UInt8]
    if path == "-" {
      guard let read = Descriptors.readAll(from: STDIN_FILENO, atMost: limit) else {
        throw FileError(name(path), .fromErrno("reading it"))
      }
      bytes = read
    } else {
      let file = try MappedFile(path: path)
      bytes = withExtendedLifetime(file) { Array(file.bytes.prefix(limit < .max ? limit + 1 : limit)) }
    }
    guard bytes.count <= limit else {
      throw FileError(
        name(path),
        .mismatch(
          found: "more than \(limit) bytes", expected: "no more, as \(expected) has", advice: advice))
    }
    return bytes
  }
}
