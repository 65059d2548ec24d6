import GPT2Platform

/// A directory for files that are needed for a while, removed with what is in it when the last reference goes.
package final class ScratchDirectory {
  package let path: String

  /// - Parameter name: What its name begins with.
  /// - Throws: `FileError` if it cannot be made.
  package init(_ name: String) throws(FileError) {
    let parent = System.temporaryDirectory
    guard let path = FileSystem.makeTemporaryFolder("\(parent)/\(name)-") else {
      throw FileError(parent, .fromErrno("making a directory in it"))
    }
    self.path = path
    _ = UnfinishedFiles.making(FilePlace(path)) { true }
  }

  deinit {
    Folder.remove(path)
    UnfinishedFiles.forget(path)
  }
}
