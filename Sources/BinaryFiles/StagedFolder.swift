import GPT2Platform

/// A folder of files that belong together, written elsewhere first: what it becomes is all old or all new, whichever call
/// of the system fails.
///
/// Where there is no such folder, or one with nothing in it but files that are replaced, the new one gets its name by one
/// call, and a kill leaves it all old or all new, too. That cannot be where a user keeps other files in the folder, which
/// are never touched, where the process works in it, where a disk is mounted on it, or where the file system cannot
/// exchange two names. There the old files are put aside in it, the main one first, and the new ones get their places,
/// the main one last; if a step fails, all is put back. A kill leaves a folder without its main file then, never a mixed
/// one, and the old files under the name that begins with `asideStart`.
package final class StagedFolder {
  /// What the name of a folder begins with that holds what is replaced.
  package static let asideStart = "replaced-"

  /// Where its files are written: with a slash at its end.
  package var path: String { staging + "/" }

  /// As it was given, with a slash at its end.
  private let given: String
  /// Where no link leads further, without a slash at its end.
  private let target: String
  private let staging: String
  /// On the staging folder: without it another writer takes that for a leftover.
  private let lock: Int32
  /// What the folder was when this began; `nil` if there was none.
  private let old: stat?
  private let replacing: Bool
  private var isCommitted = false

  /// - Parameter replacing: Whether files that are there may be replaced.
  /// - Throws: `FileError` if the folder, or the one that it is in, takes no files.
  package init(_ folder: String, replacing: Bool) throws(FileError) {
    self.replacing = replacing
    given = Folder.withSlash(folder)
    target = FileSystem.absolutePath(folder) ?? Folder.withoutSlash(folder)
    old = FileSystem.status(of: target)
    try UnfinishedFiles.makeFolders(for: target)
    do throws(FileError) {
      (staging, lock) = try Self.makeStaging(for: target, old, named: folder)
    } catch {
      UnfinishedFiles.removeFolders(for: target)
      throw error
    }
  }

  deinit {
    if !isCommitted { Folder.remove(staging) }
    UnfinishedFiles.forget(staging)
    UnfinishedFiles.removeFolders(for: target)
    close(lock)
  }

  /// An error of a file that is written here, as one of the file that it becomes.
  package func named(_ error: FileError) -> FileError {
    guard error.path.utf8.starts(with: path.utf8) else { return error }
    return FileError(given + Folder.lastName(of: error.path), error.cause)
  }

  /// Puts the files into their places.
  ///
  /// - Parameters:
  ///   - names: Of all files that were written here.
  ///   - main: The one without which a reader takes the others for nothing.
  /// - Throws: `FileError` if the system refuses a step; then all is as it was, unless the error says otherwise.
  package func commit(_ names: [String], main: String) throws(FileError) {
    if !replacing, let name = names.first(where: isThere) { throw FileError(given + name, .alreadyExists) }
    try keepPermissions(names)
    guard FileSystem.syncFolder(staging) else { throw FileError(given, .fromErrno("syncing it")) }
    // After an exchange the old folder has the staging one's name, and is nobody's to remove on a signal.
    try UnfinishedFiles.naming(forgetting: { isCommitted ? [staging] : [] }) { () throws(FileError) in
      try place(names, main: main)
    }
    UnfinishedFiles.keepFolders(for: target)
  }

  private func place(_ names: [String], main: String) throws(FileError) {
    guard old != nil else {
      guard FileSystem.rename(staging, to: target) else { throw FileError(given, .fromErrno("renaming it")) }
      isCommitted = true
      return try Folder.syncContaining(target)
    }
    if try canExchange(names), FileSystem.exchange(staging, target) {
      try finishExchange(names)
    } else {
      try replaceInPlace(names, main: main)
    }
  }

  // MARK: - The new folder

  /// Beside the folder; in it where that cannot be, or is on another disk.
  private static func makeStaging(
    for target: String, _ old: stat?, named folder: String
  ) throws(FileError) -> (path: String, lock: Int32) {
    let parent = Folder.containing(target)
    let whole = Folder.lastName(of: target)
    let name = FileWriter.partialName(of: whole)
    Leftovers.remove(of: FilePlace(target))
    guard let old else {
      let staging = Folder.beginning(of: target) + name
      guard let lock = make(staging) else { throw FileError(folder, .fromErrno("making the folder")) }
      return (staging, lock)
    }
    Leftovers.remove(of: FilePlace(target + "/" + whole))
    // What is replaced may be for its owner's eyes alone.
    let mode: mode_t = 0o700
    let isBeside = FileSystem.status(of: parent).map { $0.st_dev == old.st_dev } ?? false
    let beside = Folder.beginning(of: target) + name
    if isBeside, let lock = make(beside, mode: mode) { return (beside, lock) }
    let inside = target + "/" + name
    guard let lock = make(inside, mode: mode) else {
      throw FileError(folder, .fromErrno("making a folder in it"))
    }
    return (inside, lock)
  }

  /// - Returns: A descriptor that holds the folder's lock; `nil` if the system refuses.
  private static func make(_ path: String, mode: mode_t = 0o777) -> Int32? {
    let place = FilePlace(path)
    guard UnfinishedFiles.making(place, { FileSystem.makeFolder(path, mode: mode) }) else { return nil }
    let descriptor = place.open(O_RDONLY | O_DIRECTORY)
    if descriptor >= 0, Leftovers.lock(descriptor, at: place) { return descriptor }
    let reason = errno
    if descriptor >= 0 { close(descriptor) }
    FileSystem.removeFolder(path)
    UnfinishedFiles.forget(path)
    errno = reason
    return nil
  }

  /// Gives the new files, and the folder, the owners and modes of those that they replace.
  private func keepPermissions(_ names: [String]) throws(FileError) {
    guard let old else { return }
    let files = names.compactMap { name in
      FileSystem.status(of: target + "/" + name).map { (path: path + name, old: $0) }
    }
    // The folder last: its mode may keep us out.
    for (path, old) in files + [(staging, old)] {
      let descriptor = FileSystem.open(path, O_RDONLY | O_NOFOLLOW)
      guard descriptor >= 0 else {
        throw FileError(given, .fromErrno("opening \(Folder.lastName(of: path))"))
      }
      FilePermissions(of: old).give(to: descriptor)
      close(descriptor)
    }
  }

  /// Whether the folder that is replaced has something of that name.
  private func isThere(_ name: String) -> Bool {
    FileSystem.status(of: target + "/" + name, followingLinks: false) != nil
  }

  // MARK: - By one call

  private func canExchange(_ names: [String]) throws(FileError) -> Bool {
    let isInside = Folder.beginning(of: staging) == target + "/"
    let here = FileSystem.status(of: System.workingDirectory)
    let isHere = here?.st_ino == old?.st_ino && here?.st_dev == old?.st_dev
    guard !isInside, !isHere else { return false }
    return try Folder.names(in: target).allSatisfy(names.contains)
  }

  /// Removes the old folder, which has the staging one's name now.
  private func finishExchange(_ names: [String]) throws(FileError) {
    isCommitted = true
    do throws(FileError) {
      try Folder.syncContaining(target)
    } catch {
      isCommitted = !FileSystem.exchange(staging, target)
      throw FileError(given, error.cause)
    }
    for name in names { FileSystem.unlink(path + name) }
    // What somebody has put there just now is not ours to remove.
    for name in (try? Folder.names(in: staging)) ?? [] where !isThere(name) {
      _ = FileSystem.rename(path + name, to: target + "/" + name)
    }
    guard FileSystem.removeFolder(staging) else {
      throw FileError(staging, .fromErrno("removing the folder that was replaced"))
    }
  }

  // MARK: - File by file

  private func replaceInPlace(_ names: [String], main: String) throws(FileError) {
    let aside = target + "/" + Self.asideStart + String(UInt32.random(in: 0 ... .max), radix: 36)
    guard FileSystem.makeFolder(aside, mode: 0o700) else {
      throw FileError(given, .fromErrno("making a folder in it"))
    }
    let others = names.filter { $0 != main }
    let replaced = ([main] + others).filter(isThere)
    let moves =
      replaced.map { (from: target + "/" + $0, to: aside + "/" + $0) }
      + (others + [main]).map { (from: path + $0, to: target + "/" + $0) }
    for (index, move) in moves.enumerated() {
      do throws(FileError) {
        try Self.move(move.from, to: move.to)
      } catch {
        for done in moves[..<index].reversed() { _ = FileSystem.rename(done.to, to: done.from) }
        FileSystem.removeFolder(aside)
        throw FileError(given + Folder.lastName(of: move.from), error.cause)
      }
    }
    let isSynced = FileSystem.syncFolder(target)
    let failure = isSynced ? nil : FileError(given, .fromErrno("syncing it"))
    for name in replaced { FileSystem.unlink(aside + "/" + name) }
    let isRemoved = FileSystem.removeFolder(aside)
    if let failure { throw failure }
    guard isRemoved else { throw FileError(aside, .fromErrno("removing the files that were replaced")) }
  }

  /// Moves a file to a name that is free.
  private static func move(_ path: String, to other: String) throws(FileError) {
    if FileSystem.link(path, as: other) {
      guard FileSystem.unlink(path) else {
        let cause = FileError.Cause.fromErrno("removing it")
        FileSystem.unlink(other)
        throw FileError(path, cause)
      }
      return
    }
    guard errno != EEXIST else { throw FileError(path, .alreadyExists) }
    // Not every file system has links.
    guard FileSystem.status(of: other, followingLinks: false) == nil else {
      throw FileError(path, .alreadyExists)
    }
    guard FileSystem.rename(path, to: other) else { throw FileError(path, .fromErrno("renaming it")) }
  }
}
