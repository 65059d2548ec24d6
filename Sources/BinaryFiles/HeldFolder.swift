import GPT2Platform

/// A folder that is held open: what is in it is found there by its name, wherever the folder is moved, and whatever else
/// gets the name that it had.
package final class HeldFolder: Sendable {
  /// As it was given.
  package let path: String
  package let descriptor: Int32

  /// - Throws: `FileError` if it is no folder that can be read.
  package init(_ path: String) throws(FileError) {
    descriptor = FileSystem.open(path, O_RDONLY | O_DIRECTORY)
    guard descriptor >= 0 else { throw FileError(path, .fromErrno("opening the directory")) }
    self.path = path
  }

  deinit { close(descriptor) }

  /// The names of what is in it, in no order.
  ///
  /// - Throws: `FileError` if it cannot be read.
  package func names() throws(FileError) -> [String] {
    guard let names = FileSystem.names(in: ".", of: descriptor) else {
      throw FileError(path, .fromErrno("reading the directory"))
    }
    return names
  }
}

/// Where a file is, for the system: by its path, or by its name in a folder that is held.
package struct FilePlace {
  /// As it was given, for people.
  package let path: String
  let folder: HeldFolder?
  /// From the folder, or the working directory.
  let name: String

  /// - Parameter folder: If given, the path is that of the folder, a slash, and a name.
  package init(_ path: String, in folder: HeldFolder? = nil) {
    self.path = path
    self.folder = folder
    guard let folder else {
      name = path
      return
    }
    let start = folder.path + "/"
    precondition(path.utf8.starts(with: start.utf8), "\(path) is not in \(folder.path)")
    name = String(path[path.utf8.index(path.startIndex, offsetBy: start.utf8.count)...])
  }

  var descriptor: Int32 { folder?.descriptor ?? FileSystem.here }

  /// The folder that it is in, as the system wants it named from `descriptor`.
  var directory: String {
    // By bytes: a slash and a combining mark after it would be one character.
    guard let slash = name.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path.isEmpty ? "" : "." }
    return slash == name.startIndex ? "/" : String(name[..<slash])
  }

  package func open(_ flags: Int32, mode: mode_t = 0o666) -> Int32 {
    FileSystem.open(name, flags, mode: mode, in: descriptor)
  }

  package func status(followingLinks: Bool = true) -> stat? {
    FileSystem.status(of: name, followingLinks: followingLinks, in: descriptor)
  }

  package var exists: Bool { FileSystem.exists(name, in: descriptor) }

  @discardableResult
  package func unlink() -> Bool { FileSystem.unlink(name, in: descriptor) }

  /// Whether it is now called as another in the same folder.
  package func rename(to other: FilePlace) -> Bool {
    FileSystem.rename(name, to: other.name, in: descriptor)
  }

  /// Whether a descriptor is of the very file that has this name.
  package func leads(to descriptor: Int32, followingLinks: Bool = false) -> Bool {
    guard let opened = Descriptors.status(of: descriptor),
      let named = status(followingLinks: followingLinks)
    else { return false }
    return opened.st_ino == named.st_ino && opened.st_dev == named.st_dev
  }
}
