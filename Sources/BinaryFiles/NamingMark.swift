import GPT2Platform

/// A file that is there while others, which belong together, get their names one after another: after a kill in between
/// it says that they may be of two sets.
final class NamingMark {
  private static let text = Array(
    "Files are getting their names. If nothing is at work here, that was cut off: make them again.\n".utf8)

  private let place: FilePlace
  /// Whether a kill had left it: then it stays until the files are of one set.
  private let wasThere: Bool

  /// - Throws: `FileError` if there is another file of that name, or it cannot be made, or not be synced.
  init(_ path: String) throws(FileError) {
    let place = FilePlace(path)
    self.place = place
    var descriptor: Int32 = -1
    let isMade = UnfinishedFiles.making(place) {
      descriptor = place.open(O_WRONLY | O_CREAT | O_EXCL)
      return descriptor >= 0
    }
    wasThere = !isMade && errno == EEXIST
    guard isMade || wasThere else { throw FileError(path, .fromErrno("making it")) }
    var rest = Self.text[...]
    if wasThere { (descriptor, rest) = try Self.openLeft(place) }
    let isWritten = rest.withUnsafeBytes { Descriptors.write($0, to: descriptor) } && System.sync(descriptor)
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

  /// Opens one that a kill has left, maybe before all of its text was there.
  ///
  /// - Returns: With it the text that is missing.
  /// - Throws: `FileError` if it is another file: that is somebody's, and stays as it is.
  fileprivate static func openLeft(
    _ place: FilePlace
  ) throws(FileError) -> (descriptor: Int32, missing: ArraySlice<UInt8>) {
    // A pipe of that name would wait for a reader.
    let descriptor = place.open(O_RDWR | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(place.path, .ofMade("opening it")) }
    let isFile = Descriptors.status(of: descriptor).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
    guard isFile, let found = Descriptors.readAll(from: descriptor, atMost: text.count),
      text.starts(with: found)
    else {
      close(descriptor)
      throw FileError(
        place.path,
        .mismatch(
          found: "another file", expected: "none, or the mark of files that were not named to the end",
          advice: "move it away, or name another output"))
    }
    return (descriptor, text.dropFirst(found.count))
  }
}

extension FileWriter {
  /// Says whether files could be named with a mark at a path, so that nobody does long work first.
  ///
  /// - Throws: `FileError` if another file is there.
  package static func checkMark(_ path: String) throws(FileError) {
    let place = FilePlace(path)
    guard place.status(followingLinks: false) != nil else { return }
    close(try NamingMark.openLeft(place).descriptor)
  }
}
