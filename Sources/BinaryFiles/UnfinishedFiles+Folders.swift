import GPT2Platform
import Synchronization

// The folders that an output was to be in and that were not there: `--output data/book.bin` makes `data`. They are
// removed again unless something in them gets its name.
extension UnfinishedFiles {
  /// Makes the folders that a path is in, as far as they are not there; they stay after a power cut.
  ///
  /// - Throws: `FileError` if one cannot be made; then none is left behind.
  package static func makeFolders(for path: String) throws(FileError) {
    do throws(FileError) {
      for folder in Folder.parents(of: path) where !FileSystem.exists(folder) { try make(folder, for: path) }
    } catch {
      removeFolders(for: path)
      throw error
    }
  }

  private static func make(_ folder: String, for path: String) throws(FileError) {
    let isMade = state.withLock { state in
      guard FileSystem.makeFolder(folder) else { return false }
      state.folders.insert(Array(folder.utf8))
      return true
    }
    guard isMade else {
      // Another process may just have made it.
      guard errno == EEXIST else { throw FileError(path, .fromErrno("making its directory")) }
      return
    }
    try Folder.syncContaining(Folder.withoutSlash(folder))
  }

  /// That something in these folders has its name: they stay.
  package static func keepFolders(for path: String) {
    state.withLock { state in
      guard !state.folders.isEmpty else { return }
      for folder in Folder.parents(of: path).reversed() {
        // What is in a folder that is unfinished itself has its place only with it.
        guard state.places[folder] == nil else { return }
        state.folders.remove(Array(folder.utf8))
      }
    }
  }

  /// Removes those of these folders that were made for it, and that nothing is in.
  package static func removeFolders(for path: String) {
    state.withLock { state in
      guard !state.folders.isEmpty else { return }
      for folder in Folder.parents(of: path).reversed() where state.folders.contains(Array(folder.utf8)) {
        guard FileSystem.removeFolder(folder) else { return }
        state.folders.remove(Array(folder.utf8))
      }
    }
  }

  /// The same of all, the innermost first.
  static func removeFolders(of state: State) {
    for folder in state.folders.sorted(by: { $0.count > $1.count }) {
      FileSystem.removeFolder(String(decoding: folder, as: UTF8.self))
    }
  }
}
