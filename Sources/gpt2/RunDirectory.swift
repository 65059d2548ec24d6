import BinaryFiles
import Foundation
import Transformer

/// Where a run puts its models.
struct RunDirectory {
  let path: String
  let replacing: Bool

  init(_ path: String, replacing: Bool) {
    self.path = path
    self.replacing = replacing
  }

  /// Finds out before the work whether the directory can be used, and changes nothing.
  ///
  /// - Throws: `FileError` if it is no directory, cannot be written to, or holds a model that may not be replaced.
  func check() throws(FileError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw FileError(path, .fromErrno("looking at it")) }
      return
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { throw FileError(path, .notDirectory) }
    guard access(path, W_OK | X_OK) == 0 else { throw FileError(path, .fromErrno("looking at it")) }
    if !replacing, let name = firstModel() { throw FileError(path + "/" + name, .alreadyExists) }
  }

  /// Makes the directory, and those it is in.
  ///
  /// - Throws: `FileError` if it cannot be made.
  func create() throws(FileError) {
    // Every path that ends before a slash, then the whole.
    let ends = path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") && $0 > path.utf8.startIndex }
    for end in ends + [path.utf8.endIndex] {
      guard mkdir(String(path[..<end]), 0o777) == 0 || errno == EEXIST else {
        throw FileError(path, .fromErrno("making the directory"))
      }
    }
    try check()
  }

  /// Writes the weights after `step` updates under the name that llm.c gives them.
  ///
  /// Work that is done must not be lost: if the name was taken meanwhile or the directory takes no more, they
  /// go under another name, or into the directory for temporary files.
  ///
  /// - Returns: The path, and why it is not the usual one, if so.
  /// - Throws: `FileError` if they can be saved nowhere.
  func save(_ parameters: Parameters, step: Int) throws(FileError) -> (path: String, problem: FileError?) {
    let name = String(format: "model_%08d", step)
    let path = "\(path)/\(name).bin"
    do throws(FileError) {
      try Checkpoint.write(parameters, to: path, replacing: replacing)
      return (path, nil)
    } catch {
      let unique = "\(name)-\(UUID().uuidString.prefix(8)).bin"
      let refuge = error.cause == .alreadyExists ? self.path : NSTemporaryDirectory()
      let other = (refuge.hasSuffix("/") ? refuge : refuge + "/") + unique
      try Checkpoint.write(parameters, to: other, replacing: false)
      return (other, error)
    }
  }

  private func firstModel() -> String? {
    let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    return names?.sorted().first { $0.hasPrefix("model_") && $0.hasSuffix(".bin") }
  }
}
