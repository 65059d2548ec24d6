/// 32 values: a scale in fp16, then 16 bytes; byte i holds value i in its low half, value 16 + i in its high half, each
/// plus 8. Encoded as `quantize_row_q4_0_ref`.
package enum Q4_0: QuantizedFormat, EncodableFormat {
  package static let ggmlName = "Q4_0"
  package static let ggmlNumber: UInt32 = 2
  package static let ggmlFileType: UInt32? = 2
  package static let blockValues = 32
  package static let blockBytes = 18
  package static let offset = 8
  package static let layout = PanelLayout.q4_0
  package static let largestMagnitude = 8 * ScaleRounding.largestScale

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.setNibbles(at: 0, from: block.bytes(at: 2), count: 16)
  }

  package static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer
  ) {
    for block in 0..<blocks {
      encode(values + block * blockValues, into: bytes + block * blockBytes)
    }
  }

  @inline(__always)
  private static func encode(_ values: UnsafePointer<Float>, into block: UnsafeMutableRawPointer) {
    // Codes reach from -8 to 7, so the value of largest magnitude becomes -8, whatever its sign.
    let scale = extreme(of: values) / -8
    let inverse = ScaleRounding.finiteInverse(of: scale)
    block.storeBytes(of: HalfFloat.bits(rounding: scale), as: UInt16.self)
    for index in 0..<16 {
      let low = code(values[index], inverse)
      let high = code(values[16 + index], inverse)
      block.storeBytes(of: low | high << 4, toByteOffset: 2 + index, as: UInt8.self)
    }
  }

  /// From 0 to 15: rounded to nearest, halves up, except that +8 becomes 7.
  @inline(__always)
  private static func code(_ value: Float, _ inverse: Float) -> UInt8 {
    let shifted = value * inverse + 8.5
    return ScaleRounding.lowByte(of: (shifted < 15 ? shifted : 15).rounded(.towardZero))
  }

  /// The first of the values of largest magnitude.
  @inline(__always)
  private static func extreme(of values: UnsafePointer<Float>) -> Float {
    let largest = ScaleRounding.largestMagnitude(of: values, count: blockValues)
    for index in 0..<blockValues where abs(values[index]) == largest { return values[index] }
    return 0
  }

  /// As the default has it, in a third of the time.
  package static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    for block in 0..<blocks {
      let (bytes, values) = (bytes + block * blockBytes, values + block * blockValues)
      let scale = HalfFloat.value(of: bytes.half(at: 0))
      for index in 0..<16 {
        let codes = bytes.load(fromByteOffset: 2 + index, as: UInt8.self)
        values[index] = Float(Int32(codes & 0x0F) &- 8) * scale
        values[16 + index] = Float(Int32(codes >> 4) &- 8) * scale
      }
    }
  }
}
