import GPT2Platform

/// A file that is there while others, which belong together, get their names one after another: after a kill in between
/// it says that they may be of two sets.
final class NamingMark {
  private let place: FilePlace
  /// Whether a kill had left it: then it stays until the files are of one set.
  private let wasThere: Bool

  /// - Throws: `FileError` if it cannot be made, or not be synced.
  init(_ path: String) throws(FileError) {
    let place = FilePlace(path)
    self.place = place
    wasThere = place.exists
    var descriptor: Int32 = -1
    let isMade = UnfinishedFiles.making(place) {
      descriptor = place.open(O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK)
      return descriptor >= 0
    }
    guard isMade else { throw FileError(path, .ofMade("making it")) }
    if wasThere { UnfinishedFiles.forget(path) }
    let text = Array(
      "Files are getting their names. If nothing is at work here, that was cut off: make them again.\n".utf8)
    let isWritten = text.withUnsafeBytes { Descriptors.write($0, to: descriptor) } && System.sync(descriptor)
    var failure = isWritten ? nil : FileError(path, .fromErrno("writing it"))
    // First, as there may be no more than one that can be open.
    close(descriptor)
    if isWritten, !FileSystem.syncFolder(place.directory) {
      failure = FileError(path, .fromErrno("syncing its directory"))
    }
    if let failure {
      takeBack()
      throw failure
    }
  }

  /// That the files are as they were.
  func takeBack() {
    guard !wasThere else { return }
    place.unlink()
    UnfinishedFiles.forget(place.path)
  }

  /// That the files are of one set.
  ///
  /// - Throws: `FileError` if the system does not remove it, or cannot sync that: a power cut may bring it back.
  func remove() throws(FileError) {
    let isRemoved = place.unlink()
    let error = FileError(place.path, .fromErrno("removing it"))
    UnfinishedFiles.forget(place.path)
    guard isRemoved else { throw error }
    guard FileSystem.syncFolder(place.directory) else {
      throw FileError(place.path, .fromErrno("syncing its directory"))
    }
  }
}
