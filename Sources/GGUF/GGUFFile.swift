import GPT2BinaryFiles

/// A GGUF file: its metadata, and its tensors where they lie in the mapping.
package final class GGUFFile: Sendable {
  /// The mapping, which `bytes(of:)` looks into.
  package let file: MappedFile
  /// In the order of the file; no key occurs twice.
  package let metadata: [MetadataEntry]
  /// In the order of the file; no name occurs twice.
  package let tensors: [TensorInfo]
  package let alignment: Int

  private let values: [String: MetadataValue]
  /// Where each tensor's data lie in the file.
  private let ranges: [String: Range<Int>]

  package var path: String { file.path }

  /// Checks all of the file but the tensors' values.
  ///
  /// - Throws: `FileError` if it cannot be read, is no GGUF file of version 2 or 3, is damaged anywhere, or has a
  ///   tensor of a type that is not one of `TensorType`.
  package convenience init(contentsOf path: String) throws(FileError) {
    try self.init(try MappedFile(path: path))
  }

  /// The same for a file that is mapped already.
  package init(_ file: MappedFile) throws(FileError) {
    self.file = file
    var cursor = ByteCursor(file)
    try Self.checkVersion(&cursor)
    // A name, a number of dimensions, one of them, a type and an offset; a key, a type and a value.
    let tensorCount = try cursor.nextCount(of: "number of tensors", bytesEach: 8 + 4 + 8 + 4 + 8)
    let entryCount = try cursor.nextCount(of: "number of metadata keys", bytesEach: 8 + 1 + 4 + 1)

    (metadata, values) = try Self.readMetadata(&cursor, count: entryCount)
    alignment = try Self.alignment(values[GGUFFormat.alignmentKey], path: file.path)
    (tensors, ranges) = try Self.readTensors(&cursor, count: tensorCount, alignment: alignment)
  }

  /// The value of a key, if the file has it.
  package subscript(key: String) -> MetadataValue? { values[key] }

  /// A tensor's data: valid as long as this object or `file` is held. `nil` if the file has no tensor of that name.
  package func bytes(ofTensor name: String) -> UnsafeRawBufferPointer? {
    ranges[name].map { UnsafeRawBufferPointer(rebasing: file.bytes[$0]) }
  }

  private static func checkVersion(_ cursor: inout ByteCursor) throws(FileError) {
    let path = cursor.file.path
    let magic = try cursor.next(Int32.self)
    guard magic == GGUFFormat.magic else {
      throw .wrongMagic(of: cursor.file, expected: GGUFFormat.magic, kind: "GGUF file")
    }
    let version = try cursor.next(Int32.self)
    guard GGUFFormat.versionsRead.contains(version) else {
      let isBigEndian = GGUFFormat.versionsRead.contains(version.byteSwapped)
      throw FileError(
        path,
        .unsupportedVersion(
          found: version, supported: GGUFFormat.versionsRead,
          advice: isBigEndian
            ? "it is a big-endian file, convert the model again as little-endian"
            : version == 1 ? "convert the model again" : "it is newer than this program, or damaged"))
    }
  }

  private static func readMetadata(
    _ cursor: inout ByteCursor, count: Int
  ) throws(FileError) -> ([MetadataEntry], [String: MetadataValue]) {
    var entries: [MetadataEntry] = []
    var values: [String: MetadataValue] = [:]
    for _ in 0..<count {
      let entry = try cursor.nextEntry()
      guard values.updateValue(entry.value, forKey: entry.key) == nil else {
        throw duplicate("metadata key \(entry.key.onOneShortLine)", path: cursor.file.path)
      }
      entries.append(entry)
    }
    return (entries, values)
  }

  private static func alignment(_ value: MetadataValue?, path: String) throws(FileError) -> Int {
    guard let value else { return GGUFFormat.defaultAlignment }
    let alignment = value.integer ?? 0
    guard alignment > 0, alignment & (alignment - 1) == 0, alignment <= GGUFFormat.largestAlignment else {
      throw FileError(
        path,
        .invalidField(
          name: GGUFFormat.alignmentKey, found: alignment,
          expected: "a power of two up to \(GGUFFormat.largestAlignment)"))
    }
    return alignment
  }

  private static func readTensors(
    _ cursor: inout ByteCursor, count: Int, alignment: Int
  ) throws(FileError) -> ([TensorInfo], [String: Range<Int>]) {
    let path = cursor.file.path
    var infos: [(TensorInfo, offset: Int)] = []
    var names: Set<String> = []
    for _ in 0..<count {
      let info = try cursor.nextTensor(alignment: alignment)
      guard names.insert(info.0.name).inserted else {
        throw duplicate("tensor \(info.0.name.onOneShortLine)", path: path)
      }
      infos.append(info)
    }
    let start = GGUFFormat.aligned(cursor.offset, to: alignment)
    let size = cursor.file.count
    var ranges: [String: Range<Int>] = [:]
    var end = start
    for (info, offset) in infos.sorted(by: { $0.offset < $1.offset }) {
      // Offsets lie inside the file, so this does not overflow.
      let first = start + offset
      // A gap says that a tensor is not what its header says it is.
      guard first == end else {
        throw FileError(
          path,
          .mismatch(
            found: "tensor \(info.name.onOneShortLine) "
              + (first < end ? "inside another's data" : "behind \(first - end) bytes that belong to none"),
            expected: "each where the one before it ends",
            advice: "the file is damaged, fetch it again"))
      }
      let expected = CheckedCount(first) + CheckedCount(info.byteCount ?? .max)
      guard let last = expected.value, last <= size else {
        throw FileError(path, .wrongSize(found: size, expected: expected.value ?? .max))
      }
      ranges[info.name] = first..<last
      // Inside the file, or a little behind it.
      end = GGUFFormat.aligned(last, to: alignment)
    }
    // The last tensor may be filled up to the alignment, or not.
    guard size <= end else { throw FileError(path, .wrongSize(found: size, expected: end)) }
    return (infos.map(\.0), ranges)
  }

  private static func duplicate(_ name: String, path: String) -> FileError {
    FileError(
      path,
      .mismatch(
        found: "\(name) twice", expected: "each name once", advice: "the file is damaged, fetch it again"))
  }
}
