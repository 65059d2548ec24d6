import GPT2Platform

/// A lock for file systems that have none: a file that only one process can make, and that says which one did. Whoever
/// finds that process gone takes the lock over.
///
/// A process on another machine cannot be looked for; its lock stays until somebody removes the file.
package final class OwnerFile {
  /// Who has the lock.
  package struct Owner: Equatable, Sendable {
    package var process = getpid()
    /// When the process began, in the system's own count: another of the same number began at another time.
    var start = System.start(ofProcess: getpid())
    package var host = System.hostName

    /// This process.
    init() {}

    /// - Returns: `nil` if the text is not of the kind that `text` is.
    init?(_ text: String) {
      let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
      guard words.count == 3, let process = Int32(words[0]), process > 0, let start = Int(words[1]) else {
        return nil
      }
      (self.process, self.start, host) = (process, start, words[2])
    }

    /// "4711 98765 name"
    var text: String { "\(process) \(start ?? 0) \(host)" }

    /// Whether it is known that the process has ended.
    var isGone: Bool {
      guard host == System.hostName else { return false }
      if kill(process, 0) != 0 && errno == ESRCH { return true }
      guard let now = System.start(ofProcess: process) else { return false }
      return now != start
    }
  }

  /// Why the lock cannot be had.
  package enum Failure: Error {
    /// Another has the system's lock.
    case locked
    /// By whom it is taken; `nil` if the file does not say.
    case taken(by: Owner?)
    case file(FileError)
  }

  private let place: FilePlace
  private let descriptor: Int32

  /// Takes the system's lock on what is open; this one only if the file system has no other.
  ///
  /// - Parameters:
  ///   - name: Of what is open, for errors.
  ///   - lock: The system's call.
  ///   - path: Of the owner's file.
  /// - Returns: `nil` if the system's lock was to be had.
  package static func locking(
    _ descriptor: Int32, _ name: String, by lock: (Int32) -> Bool, or path: String, in folder: HeldFolder
  ) throws(Failure) -> OwnerFile? {
    if lock(descriptor) { return nil }
    if errno == EWOULDBLOCK { throw .locked }
    guard [ENOSYS, ENOTSUP, EOPNOTSUPP, ENOLCK].contains(errno) else {
      throw .file(FileError(name, .fromErrno("locking it")))
    }
    return try OwnerFile(path, in: folder)
  }

  /// Takes the lock.
  package init(_ path: String, in folder: HeldFolder) throws(Failure) {
    place = FilePlace(path, in: folder)
    while true {
      let descriptor = place.open(O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
      if descriptor >= 0 {
        self.descriptor = descriptor
        break
      }
      guard errno == EEXIST else { throw .file(FileError(path, .fromErrno("making it"))) }
      try Self.removeIfGone(place)
    }
    var text = Owner().text + "\n"
    let isWritten = text.withUTF8 { Descriptors.write(UnsafeRawBufferPointer($0), to: descriptor) }
    guard isWritten, fsync(descriptor) == 0 else {
      let failure = FileError(path, .fromErrno("writing it"))
      place.unlink()
      close(descriptor)
      throw .file(failure)
    }
  }

  deinit {
    if place.leads(to: descriptor) { place.unlink() }
    close(descriptor)
  }

  /// - Throws: `Failure` if the process whose lock it is may be at work.
  private static func removeIfGone(_ place: FilePlace) throws(Failure) {
    guard let owner = owner(place) else {
      // It may have been removed just now.
      guard place.exists else { return }
      throw .taken(by: nil)
    }
    guard owner.isGone else { throw .taken(by: owner) }
    // Another may do the same, and have made its own already: only what is out of its reach is looked at and removed.
    let aside = FilePlace(place.path + ".\(getpid())", in: place.folder)
    guard place.rename(to: aside) else { return }
    if self.owner(aside) != owner { _ = FileSystem.link(aside.name, as: place.name, in: place.descriptor) }
    aside.unlink()
  }

  private static func owner(_ place: FilePlace) -> Owner? {
    let descriptor = place.open(O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 512)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Owner(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
  }
}
