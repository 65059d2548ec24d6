import CKernels

/// 24 bits of significand, 8 of exponent.
public enum FP32: SingleValueFormat, EncodableFormat {
  public static let ggmlName = "F32"
  public static let ggmlNumber: UInt32 = 0
  public static let ggmlFileType: UInt32? = 0
  public static let blockBytes = 4
  public static let valueType = Int32(CK_FP32)
  public static let largestMagnitude = Float.greatestFiniteMagnitude

  public static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer
  ) {
    bytes.copyMemory(from: values, byteCount: blocks * blockBytes)
  }

  public static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    UnsafeMutableRawPointer(values).copyMemory(from: bytes, byteCount: blocks * blockBytes)
  }
}
