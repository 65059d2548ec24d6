import BinaryFiles
import Platform

/// Keeps others from fetching into a folder as long as it is held. curl holds it, too: it may outlive a process that is
/// killed, and then still writes there.
final class FetchLock {
  let descriptor: Int32

  /// - Throws: `FetchError` if another process holds it; `FileError` if it cannot be locked.
  init(_ folder: String) throws {
    descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(folder, .fromErrno("opening it")) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw errno == EWOULDBLOCK
        ? FetchError(folder, .busy) as any Error : FileError(folder, .fromErrno("locking it"))
    }
  }

  deinit {
    // Explicitly: a child that another thread is about to start still has a copy of the descriptor for a moment.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}
