import GPT2BinaryFiles
import GPT2Platform

/// Keeps others from fetching into a folder as long as it is held. curl holds it, too: it may outlive a process that is
/// killed, and then still writes there.
///
/// Where the file system has no locks, a file in the folder says whose it is; that one curl does not hold.
final class FetchLock {
  static let ownerName = "fetch.owner"

  private let folder: HeldFolder
  private let owner: OwnerFile?

  var descriptor: Int32 { folder.descriptor }

  /// - Parameter lock: The system's call.
  /// - Throws: `FetchError` if another process holds it; `FileError` if it cannot be locked.
  init(_ path: String, by lock: (Int32) -> Bool = { flock($0, LOCK_EX | LOCK_NB) == 0 }) throws {
    folder = try HeldFolder(path)
    do throws(OwnerFile.Failure) {
      owner = try OwnerFile.locking(
        folder.descriptor, path, by: lock, or: path + "/" + Self.ownerName, in: folder)
    } catch {
      switch error {
      case .locked, .taken: throw FetchError(path, .busy)
      case .file(let failure): throw failure
      }
    }
  }

  deinit {
    // Explicitly: a child that another thread is about to start still has a copy of the descriptor for a moment.
    flock(descriptor, LOCK_UN)
  }

  /// What the user should know of it; `nil` where it is as it should be.
  var note: String? {
    guard owner != nil else { return nil }
    return
      "the file system has no locks, so \(Self.ownerName) says who fetches; should this machine fail, remove that "
      + "file"
  }
}
