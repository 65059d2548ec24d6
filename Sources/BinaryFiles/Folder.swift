import Platform

/// What is done to whole folders.
package enum Folder {
  /// Something in a folder.
  package struct Entry {
    /// With replacement characters where it is no UTF-8; then no file can be opened by it.
    package let name: String
    package let isUTF8: Bool
  }

  /// What is in a folder, in no order; "." and ".." are left out.
  ///
  /// - Throws: `FileError` if it is no folder that can be read.
  package static func entries(of path: String) throws(FileError) -> [Entry] {
    guard let stream = opendir(path) else { throw FileError(path, .fromErrno("opening the directory")) }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
          Entry(name: String(cString: $0), isUTF8: String(validatingCString: $0) != nil)
        }
      }
      if name.name != "." && name.name != ".." { entries.append(name) }
    }
    return entries
  }

  /// The names of what is in a folder, in no order.
  ///
  /// - Throws: `FileError` if it is no folder that can be read.
  package static func names(in path: String) throws(FileError) -> [String] {
    try entries(of: path).filter(\.isUTF8).map(\.name)
  }

  /// A folder's path, to put a name behind: with a slash at its end.
  package static func withSlash(_ path: String) -> String { path.hasSuffix("/") ? path : path + "/" }

  /// The folder that a file is in, by its path: with a slash at its end.
  package static func containing(_ path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "./"
  }

  /// Whether there is a folder of that name, or a link to one.
  package static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a folder, and those it is in, as far as they are not there.
  ///
  /// - Throws: `FileError` if one cannot be made.
  package static func create(_ path: String) throws(FileError) {
    // Every path that ends before a slash, then the whole.
    let ends = path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") && $0 > path.utf8.startIndex }
    for end in ends + [path.utf8.endIndex] {
      guard mkdir(String(path[..<end]), 0o777) == 0 || errno == EEXIST else {
        throw FileError(path, .fromErrno("making the directory"))
      }
    }
  }

  /// Removes a folder and all that is in it, as far as the system lets; links are not followed.
  package static func remove(_ path: String) {
    for entry in (try? entries(of: path)) ?? [] {
      let inner = path + "/" + entry.name
      var status = stat()
      guard lstat(inner, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { remove(inner) } else { unlink(inner) }
    }
    rmdir(path)
  }

  /// The name of a folder, whichever way a path leads to it: "book" of "runs/book/", and that of the working directory
  /// of ".".
  package static func name(of path: String) -> String {
    var names: [Substring] = []
    for name in absolute(path).split(separator: "/") where name != "." {
      if name == ".." { _ = names.popLast() } else { names.append(name) }
    }
    return names.last.map(String.init) ?? "/"
  }

  private static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : System.workingDirectory + "/" + path
  }
}
