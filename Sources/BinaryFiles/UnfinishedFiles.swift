import Platform
import Synchronization

/// The files and directories that this process has begun and that have no name of their own yet.
///
/// An error unwinds to whoever removes them; a signal unwinds nothing, and whoever ends the process then has to know them.
/// So the list is the process's, as its files are.
package enum UnfinishedFiles {
  private static let paths = Mutex<Set<String>>([])

  /// Makes a file or directory, and lists it if that works.
  package static func making(_ path: String, _ make: () -> Bool) -> Bool {
    paths.withLock { paths in
      guard make() else { return false }
      paths.insert(path)
      return true
    }
  }

  /// That a file or directory is finished, or gone.
  package static func forget(_ path: String) { _ = paths.withLock { $0.remove(path) } }

  /// Gives several files their names; no signal comes between them.
  static func naming<Failure: Error>(_ name: () throws(Failure) -> Void) throws(Failure) {
    // The lock is held while all are removed, and that never ends.
    let result = paths.withLock { _ in Result { () throws(Failure) in try name() } }
    try result.get()
  }

  /// Removes all of them. From then on nothing can be begun or named.
  ///
  /// - Parameter end: Ends the process; it is told how many there were.
  package static func removeAll(_ end: (Int) -> Never) {
    paths.withLock { paths in
      for path in paths {
        var status = stat()
        guard lstat(path, &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR { Folder.remove(path) } else { unlink(path) }
      }
      end(paths.count)
    }
  }
}
