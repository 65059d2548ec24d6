import BinaryFiles
import Platform

/// Keeps others from fetching into a folder as long as it is held. curl holds it, too: it may outlive a process that is
/// killed, and then still writes there.
///
/// Where the file system has no locks, a file in the folder says whose it is; that one curl does not hold.
final class FetchLock {
  static let ownerName = "fetch.owner"

  let descriptor: Int32
  private let owner: OwnerFile?

  /// - Parameter lock: The system's call.
  /// - Throws: `FetchError` if another process holds it; `FileError` if it cannot be locked.
  init(_ folder: String, by lock: (Int32) -> Bool = { flock($0, LOCK_EX | LOCK_NB) == 0 }) throws {
    let descriptor = FileSystem.open(folder, O_RDONLY)
    guard descriptor >= 0 else { throw FileError(folder, .fromErrno("opening it")) }
    do {
      owner = try Self.lock(descriptor, folder, by: lock)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit {
    // Explicitly: a child that another thread is about to start still has a copy of the descriptor for a moment.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// What the user should know of it; `nil` where it is as it should be.
  var note: String? {
    guard owner != nil else { return nil }
    return
      "the file system has no locks, so \(Self.ownerName) says who fetches; should this machine fail, remove that "
      + "file"
  }

  /// - Returns: `nil` if the system's lock was to be had.
  private static func lock(
    _ descriptor: Int32, _ folder: String, by lock: (Int32) -> Bool
  ) throws -> OwnerFile? {
    if lock(descriptor) { return nil }
    if errno == EWOULDBLOCK { throw FetchError(folder, .busy) }
    guard OwnerFile.isNeeded else { throw FileError(folder, .fromErrno("locking it")) }
    let held = try HeldFolder(folder)
    do throws(OwnerFile.Failure) {
      return try OwnerFile(folder + "/" + ownerName, in: held)
    } catch {
      switch error {
      case .file(let failure): throw failure
      case .taken: throw FetchError(folder, .busy)
      }
    }
  }
}
