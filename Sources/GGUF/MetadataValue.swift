/// A value of a GGUF file's metadata.
package enum MetadataValue: Equatable, Sendable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  case string(String)
  /// Values of one type, which is none of `array`.
  case array(of: MetadataType, [MetadataValue])
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)

  package static func strings(_ values: [String]) -> Self { .array(of: .string, values.map(Self.string)) }
  package static func int32s(_ values: [Int32]) -> Self { .array(of: .int32, values.map(Self.int32)) }

  package var type: MetadataType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .float32: .float32
    case .bool: .bool
    case .string: .string
    case .array: .array
    case .uint64: .uint64
    case .int64: .int64
    case .float64: .float64
    }
  }

  /// A whole number of any of the eight types, if an `Int` holds it.
  package var integer: Int? {
    switch self {
    case .uint8(let value): Int(value)
    case .int8(let value): Int(value)
    case .uint16(let value): Int(value)
    case .int16(let value): Int(value)
    case .uint32(let value): Int(value)
    case .int32(let value): Int(value)
    case .uint64(let value): Int(exactly: value)
    case .int64(let value): Int(value)
    case .float32, .float64, .bool, .string, .array: nil
    }
  }

  package var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// All of an array of strings.
  package var strings: [String]? {
    guard case .array(of: .string, let values) = self else { return nil }
    return values.compactMap(\.string)
  }
}

/// The types of metadata, by their numbers in the file.
package enum MetadataType: UInt32, CaseIterable, Sendable {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// The fewest bytes that a value takes.
  var minimumBytes: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    // Its length.
    case .string: 8
    // Its type and length.
    case .array: 12
    }
  }
}

/// A key of a GGUF file and its value.
package struct MetadataEntry: Equatable, Sendable {
  package let key: String
  package let value: MetadataValue

  package init(_ key: String, _ value: MetadataValue) {
    self.key = key
    self.value = value
  }
}
