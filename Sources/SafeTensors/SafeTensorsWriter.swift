import GPT2BinaryFiles

/// Writes safetensors files, byte for byte as the reference implementation does.
package enum SafeTensorsWriter {
  /// Takes a part of a tensor's values.
  package typealias Append = (UnsafeRawBufferPointer) throws(FileError) -> Void

  /// Writes a file, whole or not at all.
  ///
  /// The tensors come in the reference implementation's order: by type, the last of `ElementType` first, then by
  /// name.
  ///
  /// - Parameters:
  ///   - replacing: Whether a file at `path` may be replaced.
  ///   - metadata: What the file says of itself, by name in the header. (The reference implementation writes more
  ///     than one in no fixed order.)
  ///   - tensors: No name twice.
  ///   - data: Appends all bytes of one of `tensors`; called for each.
  ///   - body: Called when all is written but not under its name yet. If it throws, nothing is left behind.
  /// - Throws: `FileError` if the target exists and may not be replaced, or the system refuses a step; what `data`
  ///   and `body` throw.
  package static func write(
    to path: String, replacing: Bool, metadata: [String: String], tensors: [SafeTensorInfo],
    data: (_ tensor: Int, _ append: Append) throws(FileError) -> Void,
    beforeNaming body: () throws(FileError) -> Void = {}
  ) throws(FileError) {
    precondition(Set(tensors.map(\.name)).count == tensors.count, "a name occurs twice")
    let order = tensors.indices.sorted { precedes(tensors[$0], tensors[$1]) }
    try FileWriter.write(to: path, replacing: replacing) { writer throws(FileError) in
      try writer.append(header(metadata, order.map { tensors[$0] }))
      for index in order {
        var written = 0
        try data(index) { bytes throws(FileError) in
          written += bytes.count
          try writer.append(bytes)
        }
        precondition(written == tensors[index].byteCount, "\(tensors[index].name): \(written) bytes")
      }
      try body()
    }
  }

  private static func precedes(_ one: SafeTensorInfo, _ other: SafeTensorInfo) -> Bool {
    if one.type != other.type { return one.type.rank > other.type.rank }
    // By bytes, as Rust compares; Swift's own order is that of characters.
    return one.name.utf8.lexicographicallyPrecedes(other.name.utf8)
  }

  /// All before the values.
  private static func header(_ metadata: [String: String], _ tensors: [SafeTensorInfo]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let entries = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        .map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      members.append("\"\(SafeTensorsFormat.metadataKey)\":{\(entries.joined(separator: ","))}")
    }
    var offset = 0
    for info in tensors {
      guard let count = info.byteCount else { preconditionFailure("\(info.name): \(info.description)") }
      let shape = info.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(JSONText.quoted(info.name)):{\"dtype\":\"\(info.type.name)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(offset + count)]}")
      offset += count
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    let alignment = SafeTensorsFormat.alignment
    text += [UInt8](repeating: UInt8(ascii: " "), count: (alignment - text.count % alignment) % alignment)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
