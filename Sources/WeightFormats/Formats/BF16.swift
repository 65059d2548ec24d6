import CGPT2Kernels

/// 8 bits of significand, 8 of exponent: `ggml_fp32_to_bf16`.
package enum BF16: SingleValueFormat, EncodableFormat {
  package static let ggmlName = "BF16"
  package static let ggmlNumber: UInt32 = 30
  package static let ggmlFileType: UInt32? = 32
  package static let blockBytes = 2
  package static let valueType = Int32(CK_BF16)
  package static let largestMagnitude = Float(bitPattern: 0x7F7F_7FFF)

  package static func encode(
    _ values: UnsafePointer<Float>, blocks: Int, into bytes: UnsafeMutableRawPointer
  ) {
    for index in 0..<blocks {
      let bits = BrainFloat.bits(rounding: values[index])
      bytes.storeBytes(of: bits, toByteOffset: 2 * index, as: UInt16.self)
    }
  }

  package static func decode(
    _ bytes: UnsafeRawPointer, blocks: Int, into values: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<blocks { values[index] = BrainFloat.value(of: bytes.half(at: 2 * index)) }
  }
}
