import GPT2Platform

/// Where an output goes, once it is known that it can go there.
struct OutputTarget {
  /// What a symbolic link leads to, so that the link stays and its file is replaced; else the path as given.
  let path: String
  /// That the path is in, if it is held.
  let folder: HeldFolder?
  /// What the file is that will be replaced; `nil` if there is none.
  let replaced: stat?

  /// - Parameter folder: That `path` is in, if it is held.
  /// - Throws: `FileError` if there is something that may not be replaced, or the directory takes no files.
  init(_ path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) {
    if let status = FilePlace(path, in: folder).status(followingLinks: false) {
      if status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, .isDirectory) }
      guard replacing else { throw FileError(path, .alreadyExists) }
      let isLink = status.st_mode & S_IFMT == S_IFLNK
      self.path = isLink ? try Self.destination(ofLink: path, in: folder) : path
      self.folder = isLink ? nil : folder
      replaced = try Self.checkedFile(FilePlace(self.path, in: self.folder), namedBy: path)
    } else {
      guard errno == ENOENT else { throw FileError(path, .fromErrno("looking for it")) }
      (self.path, self.folder, replaced) = (path, folder, nil)
    }
    try checkDirectory()
  }

  /// - Throws: `FileError` if the directory takes no files, or is not there and cannot be made.
  private func checkDirectory() throws(FileError) {
    guard !FileSystem.allows(W_OK | X_OK, place.directory, in: place.descriptor) else { return }
    guard errno == ENOENT, folder == nil, !path.isEmpty else {
      throw FileError(path, .fromErrno("looking at its directory"))
    }
    guard !Folder.endsWithSlash(path) else { throw FileError(path, .isDirectory) }
    do throws(FileError) {
      try Folder.checkMissing(place.directory)
    } catch {
      throw FileError(path, error.cause)
    }
  }

  /// Makes the directory, if it is not there.
  ///
  /// - Throws: `FileError` if it cannot be made.
  func makeDirectory() throws(FileError) {
    if folder == nil { try UnfinishedFiles.makeFolders(for: path) }
  }

  var place: FilePlace { FilePlace(path, in: folder) }

  /// Equal for targets in one directory.
  var directoryKey: String { "\(place.descriptor) \(place.directory)" }

  /// Syncs the directory, so that a power cut does not lose the target's name.
  ///
  /// - Throws: `FileError` if the system could not; the target has its name all the same.
  func syncDirectory() throws(FileError) {
    let isSynced =
      folder.map { FileSystem.syncFolder($0.descriptor) } ?? FileSystem.syncFolder(place.directory)
    guard isSynced else { throw FileError(path, .fromErrno("syncing its directory")) }
  }

  private static func destination(
    ofLink path: String, in folder: HeldFolder?
  ) throws(FileError) -> String {
    // What a link says begins at the folder, wherever that is by now.
    let place = FilePlace(path, in: folder)
    let start = folder.flatMap { FileSystem.path(ofFolder: $0.descriptor) }.map { $0 + "/" } ?? ""
    guard let resolved = FileSystem.absolutePath(start.isEmpty ? path : start + place.name) else {
      guard errno == ENOENT else { throw FileError(path, .fromErrno("following the link")) }
      throw FileError(
        path,
        .mismatch(
          found: "a link to nowhere", expected: "a file",
          advice: "remove the link, or create the file it names"))
    }
    return resolved
  }

  /// Renaming would replace a device or a pipe by a file: as root, even /dev/null.
  private static func checkedFile(_ place: FilePlace, namedBy name: String) throws(FileError) -> stat {
    guard let status = place.status(followingLinks: false) else {
      throw FileError(name, .fromErrno("looking at it"))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return status
    case S_IFDIR: throw FileError(name, .isDirectory)
    default:
      throw FileError(
        name,
        .mismatch(found: "a device or pipe", expected: "a regular file", advice: "name another output"))
    }
  }
}
