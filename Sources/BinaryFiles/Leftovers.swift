import Platform
import Synchronization

/// What was left by writers that were killed, so that nothing of theirs could be removed.
///
/// Who writes a file or directory holds a lock on it, which the system takes back when the process ends, however it ends.
package enum Leftovers {
  /// Takes the lock, if the file system has such a thing.
  ///
  /// - Returns: Whether the file or directory is still there by that name: somebody may just have taken it for a leftover.
  static func lock(_ descriptor: Int32, at path: String) -> Bool {
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return false }
    return isSame(descriptor, path)
  }

  /// Removes what writers of a target have left that are gone; not what others write at this moment.
  static func remove(of target: OutputTarget) {
    let directory = target.directory
    guard let names = try? Folder.names(in: directory) else { return }
    let whole =
      target.path.utf8.lastIndex(of: UInt8(ascii: "/"))
      .map { String(target.path[target.path.utf8.index(after: $0)...]) } ?? target.path
    for name in names where FileWriter.wholeName(ofPartial: name) == whole {
      removeIfAbandoned(Folder.withSlash(directory) + name)
    }
  }

  /// Removes a partial file or directory of this user's whose writer is gone.
  ///
  /// - Returns: Whether it was removed.
  @discardableResult
  package static func removeIfAbandoned(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
      flock(descriptor, LOCK_EX | LOCK_NB) == 0, isSame(descriptor, path)
    else { return false }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return unlink(path) == 0
    case S_IFDIR:
      Folder.remove(path)
      return true
    default: return false
    }
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 && opened.st_dev == named.st_dev
      && opened.st_ino == named.st_ino
  }
}

extension FileWriter {
  /// The name of the file that a partial file was to become; `nil` if it has not the name of one.
  package static func wholeName(ofPartial name: String) -> String? {
    guard let mark = name.ranges(of: partialMark).last else { return nil }
    let ending = name[mark.upperBound...].utf8
    let isOurs = ending.allSatisfy {
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0
    }
    return isOurs && 1...7 ~= ending.count ? String(name[..<mark.lowerBound]) : nil
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
