import CGPT2Kernels

/// 24 bits of significand, 8 of exponent.
package enum FP32: SingleValueFormat, EncodableFormat {
  package static let ggmlName = "F32"
  package static let ggmlNumber: UInt32 = 0
  package static let ggmlFileType: UInt32? = 0
  package static let blockBytes = 4
  package static let valueType = Int32(CK_FP32)
  package static let largestMagnitude = Float.greatestFiniteMagnitude

  package static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer
  ) {
    bytes.copyMemory(from: values, byteCount: blocks * blockBytes)
  }

  package static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    UnsafeMutableRawPointer(values).copyMemory(from: bytes, byteCount: blocks * blockBytes)
  }
}
