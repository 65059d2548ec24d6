import Platform

/// Where an output goes, once it is known that it can go there.
struct OutputTarget {
  /// What a symbolic link leads to, so that the link stays and its file is replaced; else the path as given.
  let path: String

  /// - Throws: `FileError` if there is something that may not be replaced, or the directory takes no files.
  init(_ path: String, replacing: Bool) throws(FileError) {
    var status = stat()
    if lstat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw FileError(path, .isDirectory) }
      guard replacing else { throw FileError(path, .alreadyExists) }
      self.path = status.st_mode & S_IFMT == S_IFLNK ? try Self.destination(ofLink: path) : path
      try Self.checkIsFile(self.path, namedBy: path)
    } else {
      guard errno == ENOENT else { throw FileError(path, .fromErrno("looking for it")) }
      self.path = path
    }
    guard access(directory, W_OK | X_OK) == 0 else {
      throw FileError(path, .fromErrno("looking at its directory"))
    }
  }

  /// The directory that the target is in, as the system wants it named.
  var directory: String {
    // By bytes: a slash and a combining mark after it would be one character.
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path.isEmpty ? "" : "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Syncs the directory, so that a power cut does not lose the target's name.
  func syncDirectory() {
    let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func destination(ofLink path: String) throws(FileError) -> String {
    guard let resolved = realpath(path, nil) else {
      guard errno == ENOENT else { throw FileError(path, .fromErrno("following the link")) }
      throw FileError(
        path,
        .mismatch(
          found: "a link to nowhere", expected: "a file",
          advice: "remove the link, or create the file it names"))
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Renaming would replace a device or a pipe by a file: as root, even /dev/null.
  private static func checkIsFile(_ path: String, namedBy name: String) throws(FileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw FileError(name, .fromErrno("looking at it")) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw FileError(name, .isDirectory)
    default:
      throw FileError(
        name,
        .mismatch(found: "a device or pipe", expected: "a regular file", advice: "name another output"))
    }
  }
}
