import CKernels

/// 8 bits of significand, 8 of exponent: `ggml_fp32_to_bf16`.
public enum BF16: SingleValueFormat, EncodableFormat {
  public static let ggmlName = "BF16"
  public static let ggmlNumber: UInt32 = 30
  public static let ggmlFileType: UInt32? = 32
  public static let blockBytes = 2
  public static let valueType = Int32(CK_BF16)
  public static let largestMagnitude = Float(bitPattern: 0x7F7F_7FFF)

  public static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer
  ) {
    for index in 0..<blocks {
      let bits = BrainFloat.bits(rounding: values[index])
      bytes.storeBytes(of: bits, toByteOffset: 2 * index, as: UInt16.self)
    }
  }

  public static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<blocks { values[index] = BrainFloat.value(of: bytes.half(at: 2 * index)) }
  }
}
