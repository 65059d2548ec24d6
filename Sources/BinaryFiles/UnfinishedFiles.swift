import GPT2Platform
import Synchronization

/// The files and directories that this process has begun and that have no name of their own yet.
///
/// An error unwinds to whoever removes them; a signal unwinds nothing, and whoever ends the process then has to know them.
/// So the list is the process's, as its files are.
package enum UnfinishedFiles {
  struct State {
    /// By their paths, which nothing else of this process has.
    var places: [String: FilePlace] = [:]
    /// Those that were made for outputs, none of which has its name yet: see `makeFolders`. By their bytes.
    var folders: Set<[UInt8]> = []
  }

  static let state = Mutex(State())

  /// Makes a file or directory, and lists it if that works.
  package static func making(_ place: FilePlace, _ make: () -> Bool) -> Bool {
    state.withLock { state in
      guard make() else { return false }
      state.places[place.path] = place
      return true
    }
  }

  /// That a file or directory is finished, or gone.
  package static func forget(_ path: String) {
    _ = state.withLock { $0.places.removeValue(forKey: path) }
  }

  /// Gives several files their names; no signal comes between them.
  ///
  /// - Parameter named: Asked at the end, whether or not all went well: the paths of what is finished, or gone.
  static func naming<Failure: Error>(
    forgetting named: () -> [String], _ name: () throws(Failure) -> Void
  ) throws(Failure) {
    // The lock is held while all are removed, and that never ends.
    let result = state.withLock { state in
      let result = Result { () throws(Failure) in try name() }
      for path in named() { state.places.removeValue(forKey: path) }
      return result
    }
    try result.get()
  }

  /// Removes all of them. From then on nothing can be begun or named.
  ///
  /// - Parameter end: Ends the process; it is told how many there were.
  package static func removeAll(_ end: (Int) -> Never) {
    state.withLock { state in
      for place in state.places.values {
        guard let status = place.status(followingLinks: false) else { continue }
        if status.st_mode & S_IFMT == S_IFDIR { Folder.remove(place.path) } else { place.unlink() }
      }
      removeFolders(of: state)
      end(state.places.count)
    }
  }
}
