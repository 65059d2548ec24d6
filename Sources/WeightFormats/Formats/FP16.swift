import CGPT2Kernels

/// 11 bits of significand, 5 of exponent: `GGML_FP32_TO_FP16`.
package enum FP16: SingleValueFormat, EncodableFormat {
  package static let ggmlName = "F16"
  package static let ggmlNumber: UInt32 = 1
  package static let ggmlFileType: UInt32? = 1
  package static let blockBytes = 2
  package static let valueType = Int32(CK_FP16)
  /// Less than half a step above the largest number.
  package static let largestMagnitude = Float(65520).nextDown

  package static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer
  ) {
    for index in 0..<blocks {
      let bits = HalfFloat.bits(rounding: values[index])
      bytes.storeBytes(of: bits, toByteOffset: 2 * index, as: UInt16.self)
    }
  }

  package static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<blocks { values[index] = HalfFloat.value(of: bytes.half(at: 2 * index)) }
  }
}
