import Platform

/// A directory for files that are needed for a while, removed with what is in it when the last reference goes.
package final class ScratchDirectory {
  package let path: String

  /// - Parameter name: What its name begins with.
  /// - Throws: `FileError` if it cannot be made.
  package init(_ name: String) throws(FileError) {
    let parent = System.temporaryDirectory
    var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileError(parent, .fromErrno("making a directory in it"))
    }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    _ = UnfinishedFiles.making(path) { true }
  }

  deinit {
    Folder.remove(path)
    UnfinishedFiles.forget(path)
  }
}
