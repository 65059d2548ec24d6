import Platform

/// A text file that grows line by line, each there at once, so that others can follow it and a crash loses none.
public final class AppendedFile: @unchecked Sendable {
  // `@unchecked`: nothing here ever changes, and the system appends each line as a whole.
  public let path: String
  private let descriptor: Int32

  /// - Parameters:
  ///   - folder: That `path` is in, if it is held.
  ///   - keeping: Whether what is in the file already stays; a last line that was cut off is ended then.
  /// - Throws: `FileError` if the file cannot be opened or made, or is not a regular one.
  public init(_ path: String, in folder: HeldFolder? = nil, keeping: Bool) throws(FileError) {
    self.path = path
    // Not where a link leads: that file is not ours to empty.
    let flags = O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_NOFOLLOW
    descriptor = FilePlace(path, in: folder).open(keeping ? flags : flags | O_TRUNC)
    guard descriptor >= 0 else { throw FileError(path, .ofMade("opening it")) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(
        path,
        .mismatch(found: "a device or pipe", expected: "a regular file", advice: "remove it"))
    }
    var last = UInt8(ascii: "\n")
    if status.st_size > 0, pread(descriptor, &last, 1, status.st_size - 1) == 1, last != UInt8(ascii: "\n") {
      try append("")
    }
  }

  deinit { close(descriptor) }

  /// Appends a line and its end.
  public func append(_ line: String) throws(FileError) {
    let isWritten = Array((line + "\n").utf8).withUnsafeBytes { Descriptors.write($0, to: descriptor) }
    guard isWritten else { throw FileError(path, .fromErrno("writing to it")) }
  }
}
