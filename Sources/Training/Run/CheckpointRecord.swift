import GPT2BinaryFiles
import GPT2ModelFiles

/// What `DONE_STEP` says of its checkpoint's files: of each a line, its checksum and its name, as `xxhsum -c` reads them.
///
/// llm.c only looks whether there is such a file. Its own are empty, and so are those of earlier versions.
struct CheckpointRecord: Equatable {
  struct File: Equatable {
    let name: RunFileName
    let checksum: FileChecksum
  }

  private(set) var files: [File] = []

  /// - Parameter name: `nil` for what belongs to no checkpoint.
  mutating func add(_ name: RunFileName, _ checksum: FileChecksum) {
    files.append(File(name: name, checksum: checksum))
  }

  func write(to path: String, in folder: HeldFolder? = nil, replacing: Bool) throws(FileError) {
    let lines = files.map { "\($0.checksum)  \($0.name.name)\n" }
    try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(Array(lines.joined().utf8))
    }
  }

  init() {}

  /// Whether it says nothing, or has what each checkpoint has. What tells of progress is the last of them.
  private var isWhole: Bool {
    let kinds = files.map(\.name.kind)
    return kinds.isEmpty
      || kinds.contains(.progress) && kinds.contains(.state(rank: 0))
        && (kinds.contains(.model) || kinds.contains(.adapters))
  }

  /// - Throws: `FileError` if it cannot be read, or is damaged itself.
  init(contentsOf path: String, step: Int) throws(FileError) {
    let file = try MappedFile(path: path)
    let text = withExtendedLifetime(file) { String(decoding: file.bytes, as: UTF8.self) }
    for line in text.split(separator: "\n") {
      let name = line.dropFirst(18)
      guard let checksum = FileChecksum(line.prefix(16)), line.dropFirst(16).hasPrefix("  "),
        let file = RunFileName(name), file.name == name, file.step == step
      else { throw Self.damaged(path, found: "the line '\(String(line).onOneShortLine)'") }
      add(file, checksum)
    }
    guard isWhole else {
      throw Self.damaged(path, found: "only " + files.map(\.name.name).joined(separator: ", "))
    }
  }

  private static func damaged(_ path: String, found: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: found, expected: "the checksums and names of all of its checkpoint's files",
        advice: "remove the file to go on from the checkpoint before it, or empty it to go on unchecked"))
  }
}
