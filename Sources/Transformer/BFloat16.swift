/// bfloat16: the upper half of a float32.
enum BFloat16 {
  /// Rounds to the nearest, ties to even; NaN stays NaN.
  static func bits(roundingToNearestEven value: Float) -> UInt16 {
    let bits = value.bitPattern
    guard !value.isNaN else { return UInt16(truncatingIfNeeded: bits >> 16) | 0x0040 }
    let roundingBias = 0x7FFF + ((bits >> 16) & 1)
    return UInt16(truncatingIfNeeded: (bits &+ roundingBias) >> 16)
  }

  /// Exact. `bytes` holds little-endian bfloat16 values, as many as `values`.
  static func widen(_ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) {
    precondition(bytes.count == values.count * 2)
    for index in values.indices {
      let bits = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
      values[index] = Float(bitPattern: UInt32(bits) << 16)
    }
  }
}
