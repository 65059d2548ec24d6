extension [UInt8] {
  /// Sets a header field, a little-endian int32.
  package mutating func set(_ field: Int, to value: Int32) {
    Swift.withUnsafeBytes(of: value.littleEndian) {
      replaceSubrange(field * 4..<field * 4 + 4, with: $0)
    }
  }
}
