import BinaryFiles
import Foundation

/// A directory for files that are needed for a while, removed with what is in it when the last reference goes.
final class ScratchDirectory {
  let path: String

  /// - Throws: `FileError` if it cannot be made.
  init() throws(FileError) {
    let parent = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    var template = Array("\(parent)/gpt2-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw FileError(parent, .fromErrno("making a directory in it"))
    }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
