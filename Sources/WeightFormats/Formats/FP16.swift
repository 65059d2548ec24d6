import CKernels

/// 11 bits of significand, 5 of exponent: `GGML_FP32_TO_FP16`.
public enum FP16: SingleValueFormat, EncodableFormat {
  public static let ggmlName = "F16"
  public static let ggmlNumber: UInt32 = 1
  public static let ggmlFileType: UInt32? = 1
  public static let blockBytes = 2
  public static let valueType = Int32(CK_FP16)
  /// Less than half a step above the largest number.
  public static let largestMagnitude = Float(65520).nextDown

  public static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer
  ) {
    for index in 0..<blocks {
      let bits = HalfFloat.bits(rounding: values[index])
      bytes.storeBytes(of: bits, toByteOffset: 2 * index, as: UInt16.self)
    }
  }

  public static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<blocks { values[index] = HalfFloat.value(of: bytes.half(at: 2 * index)) }
  }
}
