import GPT2Platform

/// What is done to whole folders.
package enum Folder {
  /// The names of what is in a folder, in no order; "." and ".." are left out.
  ///
  /// - Throws: `FileError` if it is no folder that can be read.
  package static func names(in path: String) throws(FileError) -> [String] {
    guard let names = FileSystem.names(in: path) else {
      throw FileError(path, .fromErrno("opening the directory"))
    }
    return names
  }

  /// Whether a path ends with a slash. By bytes, as all that asks for slashes: with a combining mark after it, it would
  /// be another character.
  package static func endsWithSlash(_ path: String) -> Bool { path.utf8.last == UInt8(ascii: "/") }

  /// Whether a path begins at the root.
  package static func isAbsolute(_ path: String) -> Bool { path.utf8.first == UInt8(ascii: "/") }

  /// A folder's path, to put a name behind: with a slash at its end.
  package static func withSlash(_ path: String) -> String { endsWithSlash(path) ? path : path + "/" }

  /// A path without one slash at its end, unless it is the root.
  package static func withoutSlash(_ path: String) -> String {
    guard endsWithSlash(path), path.utf8.count > 1 else { return path }
    return String(path[..<path.utf8.index(before: path.endIndex)])
  }

  /// The folder that a file is in, by its path: with a slash at its end.
  package static func containing(_ path: String) -> String {
    let beginning = beginning(of: path)
    return beginning.isEmpty ? "./" : beginning
  }

  /// What is before a file's name in its path: a folder with a slash at its end, or nothing.
  package static func beginning(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
  }

  /// The last name in a path.
  package static func lastName(of path: String) -> String {
    String(Substring(path.utf8.dropFirst(beginning(of: path).utf8.count)))
  }

  /// Whether there is a folder of that name, or a link to one.
  package static func exists(_ path: String) -> Bool {
    FileSystem.status(of: path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
  }

  /// The folders that a path leads through, the outermost first: every path that ends before a slash, but the root.
  static func parents(of path: String) -> [String] {
    path.utf8.indices
      .filter { path.utf8[$0] == UInt8(ascii: "/") && $0 > path.utf8.startIndex }
      .map { String(path[..<$0]) }
  }

  /// Finds out whether a folder could be made, with those it is in, and makes none.
  ///
  /// - Parameter path: Of one that is not there.
  /// - Throws: `FileError` if the last of those that are there is no folder, or takes nothing new.
  package static func checkMissing(_ path: String) throws(FileError) {
    let isThere = { FileSystem.status(of: $0, followingLinks: false) != nil }
    let last = (parents(of: path) + [path]).last(where: isThere) ?? (isAbsolute(path) ? "/" : ".")
    guard FileSystem.allows(W_OK | X_OK, last) else {
      throw FileError(path, .fromErrno("looking at the directory that it is in"))
    }
    guard exists(last) else { throw FileError(path, .notDirectory) }
  }

  /// Makes a folder, and those it is in, as far as they are not there; they stay after a power cut.
  ///
  /// - Throws: `FileError` if one cannot be made.
  package static func create(_ path: String) throws(FileError) {
    for folder in parents(of: path) + [path] {
      if FileSystem.makeFolder(folder) {
        try syncContaining(withoutSlash(folder))
      } else {
        guard errno == EEXIST else { throw FileError(path, .fromErrno("making the directory")) }
      }
    }
  }

  /// Syncs the folder that one is in, so that a power cut does not lose its name.
  ///
  /// - Parameter path: Without a slash at its end.
  /// - Throws: `FileError` if the system could not.
  package static func syncContaining(_ path: String) throws(FileError) {
    guard FileSystem.syncFolder(containing(path)) else {
      throw FileError(path, .fromErrno("syncing the directory that it is in"))
    }
  }

  /// Removes a folder and all that is in it, as far as the system lets; links are not followed.
  package static func remove(_ path: String) {
    for name in FileSystem.names(in: path) ?? [] {
      let inner = path + "/" + name
      guard let status = FileSystem.status(of: inner, followingLinks: false) else { continue }
      if status.st_mode & S_IFMT == S_IFDIR { remove(inner) } else { FileSystem.unlink(inner) }
    }
    FileSystem.removeFolder(path)
  }

  /// The name of a folder, whichever way a path leads to it: "book" of "runs/book/", and that of the working directory
  /// of ".".
  package static func name(of path: String) -> String {
    var names: [Substring.UTF8View] = []
    for name in absolute(path).utf8.split(separator: UInt8(ascii: "/")) where !name.elementsEqual(".".utf8) {
      if name.elementsEqual("..".utf8) { _ = names.popLast() } else { names.append(name) }
    }
    return names.last.map { String(Substring($0)) } ?? "/"
  }

  /// A path from the root on.
  package static func absolute(_ path: String) -> String {
    isAbsolute(path) ? path : System.workingDirectory + "/" + path
  }
}
