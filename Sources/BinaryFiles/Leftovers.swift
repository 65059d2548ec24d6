import GPT2Platform
import Synchronization

/// What was left by writers that were killed, so that nothing of theirs could be removed.
///
/// Who writes a file or directory holds a lock on it, which the system takes back when the process ends, however it ends.
package enum Leftovers {
  /// Takes the lock, if the file system has such a thing.
  ///
  /// - Returns: Whether the file or directory is still there by that name: somebody may just have taken it for a leftover.
  static func lock(_ descriptor: Int32, at place: FilePlace) -> Bool {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
    return place.leads(to: descriptor)
  }

  /// Partial files that were in a directory when this process first wrote there, by the directory's path: of a thousand
  /// outputs not each is to read what a thousand others have made of it. What is left there later, the next process finds.
  private static let found = Mutex<[String: [String]]>([:])

  /// Removes what writers of a target have left that are gone; not what others write at this moment.
  static func remove(of target: FilePlace) {
    let beginning = Folder.beginning(of: target.path)
    let partials = found.withLock { found in
      if let known = found[beginning] { return known }
      let names = FileSystem.names(in: target.directory, of: target.descriptor) ?? []
      let partials = names.filter(FileWriter.isPartial)
      found[beginning] = partials
      return partials
    }
    let whole = Folder.lastName(of: target.path)
    for name in partials where FileWriter.isPartial(name, of: whole) {
      removeIfAbandoned(FilePlace(beginning + name, in: target.folder))
    }
  }

  /// Removes a partial file or directory of this user's whose writer is gone.
  ///
  /// - Returns: Whether it was removed.
  @discardableResult
  package static func removeIfAbandoned(_ place: FilePlace) -> Bool {
    let descriptor = place.open(O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard let status = Descriptors.status(of: descriptor), status.st_uid == geteuid(),
      flock(descriptor, LOCK_EX | LOCK_NB) == 0, place.leads(to: descriptor)
    else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return place.unlink()
    case S_IFDIR:
      Folder.remove(place.path)
      return true
    default: return false
    }
  }
}

/// The lock on a file that is closed already, since of many outputs few need be open at once.
final class KeptLock {
  private static let greatestCount = 64
  private static let count = Atomic<Int>(0)

  private let copy: Int32

  /// - Returns: `nil` if there are enough open files; then another who writes the same output may take this one for a
  ///   leftover.
  init?(of descriptor: Int32) {
    let isFree = Self.count.add(1, ordering: .relaxed).newValue <= Self.greatestCount
    copy = isFree ? fcntl(descriptor, F_DUPFD_CLOEXEC, 0) : -1
    guard copy >= 0 else {
      Self.count.subtract(1, ordering: .relaxed)
      return nil
    }
  }

  deinit {
    close(copy)
    Self.count.subtract(1, ordering: .relaxed)
  }
}
