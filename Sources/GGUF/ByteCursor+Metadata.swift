import GPT2BinaryFiles

extension ByteCursor {
  /// A key and its value.
  mutating func nextEntry() throws(FileError) -> MetadataEntry {
    let key = try nextString("a metadata key", atMost: GGUFFormat.longestKey)
    guard !key.isEmpty else {
      throw FileError(
        file.path,
        .invalidField(
          name: "length of a metadata key", found: 0, expected: "1 to \(GGUFFormat.longestKey) bytes"))
    }
    let type = try nextType(of: key)
    return MetadataEntry(key, try nextValue(type, of: key))
  }

  private mutating func nextType(of key: String) throws(FileError) -> MetadataType {
    let number = try next(UInt32.self)
    guard let type = MetadataType(rawValue: number) else {
      throw FileError(
        file.path,
        .invalidField(
          name: "type of \(key.onOneShortLine)", found: Int(number), expected: "a value from 0 to 12"))
    }
    return type
  }

  private mutating func nextValue(_ type: MetadataType, of key: String) throws(FileError) -> MetadataValue {
    switch type {
    case .uint8: return .uint8(try next(UInt8.self))
    case .int8: return .int8(try next(Int8.self))
    case .uint16: return .uint16(try next(UInt16.self))
    case .int16: return .int16(try next(Int16.self))
    case .uint32: return .uint32(try next(UInt32.self))
    case .int32: return .int32(try next(Int32.self))
    case .float32: return .float32(Float(bitPattern: try next(UInt32.self)))
    case .bool: return .bool(try nextBool(of: key))
    case .string: return .string(try nextString("the value of \(key.onOneShortLine)"))
    case .array: return try nextArray(of: key)
    case .uint64: return .uint64(try next(UInt64.self))
    case .int64: return .int64(try next(Int64.self))
    case .float64: return .float64(Double(bitPattern: try next(UInt64.self)))
    }
  }

  private mutating func nextBool(of key: String) throws(FileError) -> Bool {
    let byte = try next(UInt8.self)
    guard byte <= 1 else {
      throw FileError(
        file.path, .invalidField(name: key.onOneShortLine, found: Int(byte), expected: "0 or 1, a bool"))
    }
    return byte == 1
  }

  /// ggml reads no arrays of arrays either.
  private mutating func nextArray(of key: String) throws(FileError) -> MetadataValue {
    let type = try nextType(of: "elements of \(key)")
    guard type != .array else {
      throw FileError(
        file.path,
        .mismatch(
          found: "an array of arrays, \(key.onOneShortLine)", expected: "arrays of single values",
          advice: "is this a GPT-2 model?"))
    }
    let name = "length of array \(key.onOneShortLine)"
    let count = try nextCount(of: name, bytesEach: type.minimumBytes)
    guard count <= GGUFFormat.mostElements else {
      throw FileError(
        file.path,
        .invalidField(name: name, found: count, expected: "at most \(GGUFFormat.mostElements)"))
    }
    try DeclaredMemory.check(
      CheckedCount(count) * MemoryLayout<MetadataValue>.stride, for: "\(name), \(count)", of: file.path)
    var values: [MetadataValue] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try nextValue(type, of: key)) }
    return .array(of: type, values)
  }
}
