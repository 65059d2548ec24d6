import GPT2Platform

/// The index of a model in several files, which are beside it:
/// {"weight_map": {name of a tensor: name of a file, …}}.
package struct ShardIndex: Sendable {
  package let path: String
  /// Each tensor's file.
  package let map: [String: String]

  /// - Throws: `FileError` if the index cannot be read, or names anything but files beside it.
  package init(contentsOf path: String) throws(FileError) {
    self.path = path
    guard let members = try JSONParser.object(contentsOf: path)["weight_map"]?.object?.members,
      !members.isEmpty
    else {
      throw Self.mismatch(
        path, found: "no weight_map", expected: "one that says in which file each tensor is")
    }
    var map: [String: String] = [:]
    for member in members {
      guard let name = member.value.string, !name.isEmpty,
        // The system would take a name for ended where a zero is.
        !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0)
      else {
        throw Self.mismatch(
          path, found: "tensor \(member.key.onOneShortLine) in \(member.value.summary)",
          expected: "the name of a file beside the index")
      }
      // JSON has text, of which some stands for other bytes in our paths.
      map[member.key] = PathText.text(of: Array(name.utf8))
    }
    self.map = map
  }

  /// The paths of all files.
  package var files: [String] { Set(map.values).sorted().map { folder + $0 } }

  private var folder: String { path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? "" }

  /// That a file has no tensors but those which the index places in it.
  package func check(_ file: String, holds tensors: [String]) throws(FileError) {
    for tensor in tensors {
      guard let name = map[tensor], folder + name == file else {
        throw Self.mismatch(
          file, found: "tensor \(tensor.onOneShortLine)", expected: "those that the index places in the file")
      }
    }
  }

  /// That all tensors of the index have been found.
  package func check(allAreIn tensors: Set<String>) throws(FileError) {
    for (tensor, name) in map where !tensors.contains(tensor) {
      throw Self.mismatch(
        folder + name, found: "no tensor \(tensor.onOneShortLine)", expected: "it, as the index says")
    }
  }

  private static func mismatch(_ path: String, found: String, expected: String) -> FileError {
    FileError(
      path, .mismatch(found: found, expected: expected, advice: "fetch all files of the model again"))
  }
}
