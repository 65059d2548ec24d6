/// 64 values: for each sixteen of them a scale, a float of eight bits (E4M3, its sign unused); then for each sixteen eight
/// bytes; byte i holds value i in its low half, value 8 + i in its high half, each as in MXFP4.
package enum NVFP4: DecodedFormat {
  package static let ggmlName = "NVFP4"
  package static let ggmlNumber: UInt32 = 40
  package static let ggmlFileType: UInt32? = 39
  package static let blockValues = 64
  package static let blockBytes = 36
  package static let products = WeightFormat.bf16

  package static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    MXFP4.SmallFloats.withTable { table in
      for block in 0..<blocks {
        let bytes = bytes.bytes(at: block * blockBytes)
        for group in 0..<4 {
          let values = values + block * blockValues + 16 * group
          let (scale, codes) = (scale(bytes[group]), bytes + 4 + 8 * group)
          for index in 0..<8 {
            values[index] = scale * table[Int(codes[index] & 0x0F)]
            values[8 + index] = scale * table[Int(codes[index] >> 4)]
          }
        }
      }
    }
  }

  /// Half of what it says, since the table has twice the values.
  @inline(__always)
  private static func scale(_ bits: UInt8) -> Float {
    // The one number that is none counts as 0.
    guard bits != 0x7F else { return 0 }
    let (exponent, fraction) = (Int(bits >> 3 & 0x0F), Float(bits & 7))
    // Below the least normal number the exponent is that of 1, without a leading 1.
    let significand = exponent == 0 ? fraction : 8 + fraction
    return significand * Float(sign: .plus, exponent: max(exponent, 1) - 11, significand: 1)
  }
}
