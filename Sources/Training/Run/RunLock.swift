import BinaryFiles
import Platform

/// Keeps a run's directory from a second run, as long as it is held. The system lets go of it when the process ends,
/// however it ends.
public final class RunLock {
  static let name = "run.lock"

  private let path: String
  private let descriptor: Int32

  /// - Throws: `FileError` if another process holds the directory, or it takes no files.
  public init(_ directory: String) throws(FileError) {
    path = directory + "/" + Self.name
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw FileError(path, .fromErrno("making it")) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        defer { close(descriptor) }
        guard errno == EWOULDBLOCK else { throw FileError(path, .fromErrno("locking it")) }
        throw Self.isTaken(directory, holder: Self.text(of: descriptor))
      }
      // Whoever had it may have removed it between our two calls; then what we have locked is no file any more.
      if Self.isNamed(descriptor, path) {
        self.descriptor = descriptor
        break
      }
      close(descriptor)
    }
    let holder = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, holder, holder.count, 0)
  }

  deinit {
    unlink(path)
    close(descriptor)
  }

  private static func isTaken(_ directory: String, holder: String) -> FileError {
    FileError(
      directory,
      .mismatch(
        found: "a run in it that is going on" + (holder.isEmpty ? "" : " (process \(holder))"),
        expected: "a directory of its own for each run",
        advice: "wait for its end, or name another --output"))
  }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)).filter { 0x30...0x39 ~= $0 }, as: UTF8.self)
  }

  private static func isNamed(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0
      && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }
}
