import GPT2Platform
import Synchronization

/// A text file that grows line by line, each there at once, so that others can follow it and a crash loses none.
///
/// Of a line that does not fit, as on a full disk, nothing stays: the next one begins a line of its own.
package final class AppendedFile: Sendable {
  package let path: String
  /// Bytes of a last line without an end, which the file had when it was opened and has no longer.
  package let cutBytes: Int
  private let descriptor: Int32
  /// Where the last whole line ends, if part of another one is behind it that could not be taken back yet.
  private let torn = Mutex<off_t?>(nil)

  /// - Parameters:
  ///   - folder: That `path` is in, if it is held.
  ///   - keeping: Whether what is in the file already stays; but for a last line that was cut off.
  /// - Throws: `FileError` if the file cannot be opened or made, or is not a regular one.
  package init(_ path: String, in folder: HeldFolder? = nil, keeping: Bool) throws(FileError) {
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
    guard let end = Self.endOfLines(descriptor, size: status.st_size),
      end == status.st_size || ftruncate(descriptor, end) == 0
    else {
      let error = FileError(path, .fromErrno("cutting off its torn last line"))
      close(descriptor)
      throw error
    }
    cutBytes = Int(status.st_size - end)
  }

  deinit { close(descriptor) }

  /// Appends a line and its end, or nothing.
  ///
  /// - Throws: `FileError` if the system does not take it.
  package func append(_ line: String) throws(FileError) {
    let bytes = Array((line + "\n").utf8)
    let failure = torn.withLock { torn -> FileError? in
      if let end = torn {
        guard ftruncate(descriptor, end) == 0 else { return FileError(path, .fromErrno("repairing its end")) }
        torn = nil
      }
      let end = lseek(descriptor, 0, SEEK_END)
      guard end >= 0 else { return FileError(path, .fromErrno("finding its end")) }
      guard !bytes.withUnsafeBytes({ Descriptors.write($0, to: descriptor) }) else { return nil }
      let error = FileError(path, .fromErrno("writing to it"))
      if ftruncate(descriptor, end) != 0 { torn = end }
      return error
    }
    if let failure { throw failure }
  }

  /// Brings all lines to the disk, which a power cut then does not take.
  ///
  /// - Throws: `FileError` if the system could not.
  package func sync() throws(FileError) {
    guard System.sync(descriptor) else { throw FileError(path, .fromErrno("syncing it")) }
  }

  /// Where the last line of a file ends that has an end; `nil` if it cannot be read, and `errno` says why.
  private static func endOfLines(_ descriptor: Int32, size: off_t) -> off_t? {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var end = size
    while end > 0 {
      let start = max(0, end - off_t(buffer.count))
      let count = pread(descriptor, &buffer, Int(end - start), start)
      guard count > 0 else { return nil }
      if let newline = buffer[..<count].lastIndex(of: UInt8(ascii: "\n")) {
        return start + off_t(newline) + 1
      }
      end = start
    }
    return 0
  }
}
