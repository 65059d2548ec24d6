/// 32 values: an exponent of eight bits, then 16 bytes; byte i holds value i in its low half, value 16 + i in its high half,
/// each a float of four bits (E2M1 of the OCP Microscaling Formats, v1.0).
package enum MXFP4: DecodedFormat {
  package static let ggmlName = "MXFP4"
  package static let ggmlNumber: UInt32 = 39
  package static let ggmlFileType: UInt32? = 38
  package static let blockValues = 32
  package static let blockBytes = 17
  package static let products = WeightFormat.bf16

  package static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    SmallFloats.withTable { table in
      for block in 0..<blocks {
        let (bytes, values) = (bytes.bytes(at: block * blockBytes), values + block * blockValues)
        let scale = scale(bytes[0])
        for index in 0..<16 {
          values[index] = scale * table[Int(bytes[1 + index] & 0x0F)]
          values[16 + index] = scale * table[Int(bytes[1 + index] >> 4)]
        }
      }
    }
  }

  /// 2^(exponent − 128): half of what it says, since the table has twice the values.
  @inline(__always)
  private static func scale(_ exponent: UInt8) -> Float {
    // The first two are below the least normal number.
    let bits = UInt32(exponent)
    return Float(bitPattern: bits < 2 ? 0x0020_0000 << bits : (bits - 1) << 23)
  }

  /// Twice the values of a sign, two bits of exponent and one of fraction; ggml's `kvalues_mxfp4`. There is no −0.
  enum SmallFloats {
    private static let table: [Float] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]

    static func withTable(_ body: (UnsafeBufferPointer<Float>) -> Void) {
      table.withUnsafeBufferPointer(body)
    }
  }
}
