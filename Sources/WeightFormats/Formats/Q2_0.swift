/// 64 values: a scale in fp16, then codes of two bits, the first lowest. A code is the value plus 1.
package enum Q2_0: QuantizedFormat {
  package static let ggmlName = "Q2_0"
  package static let ggmlNumber: UInt32 = 42
  package static let ggmlFileType: UInt32? = 41
  package static let blockValues = 64
  package static let blockBytes = 18
  package static let offset = 1
  package static let layout = PanelLayout.q4_0

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    let bytes = block.bytes(at: 2)
    for index in 0..<blockValues {
      parts.codes[index] = bytes[index / 4] >> UInt8(truncatingIfNeeded: 2 * (index % 4)) & 3
    }
  }
}
