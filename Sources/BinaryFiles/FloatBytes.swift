extension Sequence<Float> {
  /// The values as IEEE 754's 32 bits, low bytes first.
  package var littleEndianBytes: [UInt8] {
    flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }
}
