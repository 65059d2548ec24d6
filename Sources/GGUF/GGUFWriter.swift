import GPT2BinaryFiles

/// Writes GGUF files of version 3, byte for byte as ggml's Python package does.
package enum GGUFWriter {
  /// Takes a part of a tensor's data.
  package typealias Append = (UnsafeRawBufferPointer) throws(FileError) -> Void

  /// Writes a file, whole or not at all.
  ///
  /// - Parameters:
  ///   - folder: That `path` is in, if it is held.
  ///   - replacing: Whether a file at `path` may be replaced.
  ///   - metadata: Without `general.alignment`, which is left at 32.
  ///   - data: Appends all bytes of one of the tensors; called for each in their order.
  /// - Throws: `FileError` if the target exists and may not be replaced, or the system refuses a step; what `data`
  ///   throws.
  package static func write(
    to path: String, in folder: HeldFolder? = nil, replacing: Bool, metadata: [MetadataEntry],
    tensors: [TensorInfo],
    data: (_ tensor: Int, _ append: Append) throws(FileError) -> Void
  ) throws(FileError) {
    let sizes = tensors.map { info in
      guard let size = info.byteCount else { preconditionFailure("\(info.name): \(info.description)") }
      return size
    }
    precondition(!metadata.contains { $0.key == GGUFFormat.alignmentKey }, "the alignment is always 32")
    try FileWriter.write(to: path, in: folder, replacing: replacing) { writer throws(FileError) in
      try writer.append(header(metadata, tensors, sizes))
      for index in tensors.indices {
        var written = 0
        try data(index) { bytes throws(FileError) in
          written += bytes.count
          try writer.append(bytes)
        }
        precondition(written == sizes[index], "\(tensors[index].name): \(written) of \(sizes[index]) bytes")
        try writer.append([UInt8](repeating: 0, count: padding(after: written)))
      }
    }
  }

  private static func padding(after count: Int) -> Int {
    GGUFFormat.aligned(count, to: GGUFFormat.defaultAlignment) - count
  }

  /// All before the data, up to the first tensor.
  private static func header(
    _ metadata: [MetadataEntry], _ tensors: [TensorInfo], _ sizes: [Int]
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: GGUFFormat.magic)
    bytes.append(littleEndian: GGUFFormat.version)
    bytes.append(littleEndian: UInt64(tensors.count))
    bytes.append(littleEndian: UInt64(metadata.count))
    for entry in metadata {
      bytes.append(lengthAnd: entry.key)
      bytes.append(littleEndian: entry.value.type.rawValue)
      bytes.append(entry.value)
    }
    var offset = 0
    for (info, size) in zip(tensors, sizes) {
      bytes.append(lengthAnd: info.name)
      bytes.append(littleEndian: UInt32(info.dimensions.count))
      for dimension in info.dimensions { bytes.append(littleEndian: UInt64(dimension)) }
      bytes.append(littleEndian: info.type.rawValue)
      bytes.append(littleEndian: UInt64(offset))
      offset += size + padding(after: size)
    }
    bytes.append(contentsOf: [UInt8](repeating: 0, count: padding(after: bytes.count)))
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(lengthAnd text: String) {
    append(littleEndian: UInt64(text.utf8.count))
    append(contentsOf: text.utf8)
  }

  /// A value without its type.
  fileprivate mutating func append(_ value: MetadataValue) {
    switch value {
    case .uint8(let value): append(value)
    case .int8(let value): append(littleEndian: value)
    case .uint16(let value): append(littleEndian: value)
    case .int16(let value): append(littleEndian: value)
    case .uint32(let value): append(littleEndian: value)
    case .int32(let value): append(littleEndian: value)
    case .float32(let value): append(littleEndian: value.bitPattern)
    case .bool(let value): append(value ? 1 : 0)
    case .string(let value): append(lengthAnd: value)
    case .array(let type, let values):
      precondition(type != .array && values.allSatisfy { $0.type == type }, "an array has values of one type")
      append(littleEndian: type.rawValue)
      append(littleEndian: UInt64(values.count))
      for value in values { append(value) }
    case .uint64(let value): append(littleEndian: value)
    case .int64(let value): append(littleEndian: value)
    case .float64(let value): append(littleEndian: value.bitPattern)
    }
  }
}
