import GPT2Platform

/// What tells a file's bytes from damaged ones: their XXH64, 16 hexadecimal digits.
///
/// It was chosen for its speed, 10 GB/s and more in plain Swift, beside which no disk notices it. Chance fools it once in
/// 2⁶⁴ times; who wants to, can: of what others send SHA-256 is taken.
package struct FileChecksum: Hashable, Sendable, CustomStringConvertible {
  private let value: UInt64

  init(_ value: UInt64) { self.value = value }

  /// - Returns: `nil` for anything but 16 hexadecimal digits.
  package init?(_ digits: some StringProtocol) {
    guard digits.utf8.count == 16, digits.first != "+", digits.first != "-",
      let value = UInt64(digits, radix: 16)
    else { return nil }
    self.value = value
  }

  package var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// That of a file, which is read and not mapped, so that it may change meanwhile.
  ///
  /// - Throws: `FileError` if it is missing, a directory, or cannot be read.
  package static func of(_ path: String) throws(FileError) -> FileChecksum {
    // Non-blocking, or opening a pipe would wait for its writer.
    let descriptor = FileSystem.open(path, O_RDONLY | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path, .fromErrno("opening it")) }
    defer { close(descriptor) }
    var hash = XXHash64()
    let isRead = Descriptors.forEachPart(of: descriptor) { part in
      hash.update(part)
      return true
    }
    guard isRead else { throw FileError(path, .fromErrno("reading it")) }
    return FileChecksum(hash.value)
  }
}
