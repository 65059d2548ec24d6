import GPT2BinaryFiles
import GPT2Platform

/// Keeps a run's directory from a second run, as long as it is held. The system lets go of it when the process ends,
/// however it ends.
///
/// The directory is held open with it, and the lock is in it wherever it is moved.
package final class RunLock {
  static let name = "run.lock"
  /// Where there are no locks: see `OwnerFile`.
  static let ownerName = "run.owner"

  /// The run's directory.
  package let folder: HeldFolder
  private let place: FilePlace
  private let descriptor: Int32
  private let owner: OwnerFile?

  /// - Throws: `FileError` if another process holds the directory, or it takes no files.
  package convenience init(_ directory: String) throws(FileError) {
    try self.init(directory) { flock($0, LOCK_EX | LOCK_NB) == 0 }
  }

  /// - Parameter lock: The system's call.
  init(_ directory: String, by lock: (Int32) -> Bool) throws(FileError) {
    folder = try HeldFolder(directory)
    let place = FilePlace(directory + "/" + Self.name, in: folder)
    self.place = place
    while true {
      let descriptor = place.open(O_RDWR | O_CREAT | O_NONBLOCK | O_NOFOLLOW)
      guard descriptor >= 0 else { throw FileError(place.path, .ofMade("making it")) }
      let owner: OwnerFile?
      do throws(FileError) {
        owner = try Self.lock(descriptor, place, in: folder, by: lock)
      } catch {
        close(descriptor)
        throw error
      }
      // Whoever had it may have removed it between our two calls; then what we have locked is no file any more.
      if place.leads(to: descriptor) {
        (self.descriptor, self.owner) = (descriptor, owner)
        break
      }
      close(descriptor)
    }
    let holder = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, holder, holder.count, 0)
  }

  deinit {
    // It may be that of another by now.
    if place.leads(to: descriptor) { place.unlink() }
    close(descriptor)
  }

  /// What the user should know of it; `nil` where it is as it should be.
  package var note: String? {
    guard owner != nil else { return nil }
    return
      "\(folder.path): the file system has no locks, so \(Self.ownerName) says whose directory it is; should this "
      + "machine fail, remove that file"
  }

  /// - Returns: `nil` if the system's lock was to be had.
  private static func lock(
    _ descriptor: Int32, _ place: FilePlace, in folder: HeldFolder, by lock: (Int32) -> Bool
  ) throws(FileError) -> OwnerFile? {
    do throws(OwnerFile.Failure) {
      return try OwnerFile.locking(
        descriptor, place.path, by: lock, or: folder.path + "/" + ownerName, in: folder)
    } catch {
      switch error {
      case .locked: throw isTaken(folder.path, holder: text(of: descriptor))
      case .file(let failure): throw failure
      case .taken(let owner): throw isTaken(folder.path, owner)
      }
    }
  }

  private static func isTaken(_ directory: String, holder: String) -> FileError {
    FileError(
      directory,
      .mismatch(
        found: "a run in it that is going on" + (holder.isEmpty ? "" : " (process \(holder))"),
        expected: "a directory of its own for each run",
        advice: "wait for its end, or name another --output"))
  }

  private static func isTaken(_ directory: String, _ owner: OwnerFile.Owner?) -> FileError {
    FileError(
      directory,
      .mismatch(
        found: "a run in it that is going on"
          + (owner.map { " (process \($0.process) on \($0.host))" } ?? ""),
        expected: "a directory of its own for each run",
        advice: "wait for its end, or remove \(ownerName) in it if you know that it has ended"))
  }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return String(decoding: bytes.prefix(max(0, count)).filter { 0x30...0x39 ~= $0 }, as: UTF8.self)
  }
}
