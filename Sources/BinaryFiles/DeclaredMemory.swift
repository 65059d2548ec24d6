import GPT2Platform

/// Memory whose size a file says: asked for here before it is taken, since Swift's arrays end the process where the
/// system has not so much.
package enum DeclaredMemory {
  /// - Parameters:
  ///   - byteCount: Without a value if it overflows.
  ///   - purpose: What it is for: "an array of 3 values".
  /// - Throws: `FileError` if there is not so much.
  package static func check(
    _ byteCount: CheckedCount, for purpose: @autoclosure () -> String, of path: String
  ) throws(FileError) {
    let needed = byteCount.value ?? .max
    guard !MachineMemory.has(needed) else { return }
    throw FileError(
      path,
      .mismatch(
        found: "\(purpose()), which takes \(needed) bytes of memory",
        expected: "no more than the \(MachineMemory.available ?? 0) that are free",
        advice: "the file is damaged, or too large for this machine"))
  }
}

extension MappedFile {
  /// A copy of all bytes.
  ///
  /// - Throws: `FileError` if there is no memory for it.
  package func contents() throws(FileError) -> [UInt8] {
    try DeclaredMemory.check(CheckedCount(count), for: "\(count) bytes to be read as a whole", of: path)
    return Array(bytes)
  }

  /// A copy of all bytes as text; `nil` if they are no UTF-8.
  ///
  /// - Throws: As `contents`.
  package func text() throws(FileError) -> String? {
    try DeclaredMemory.check(CheckedCount(count), for: "\(count) bytes to be read as a whole", of: path)
    return String(validating: bytes, as: UTF8.self)
  }
}
