/// 128 values: a scale in fp16, then a bit for each, the first lowest: 1 stands for the scale, 0 for its negative.
package enum Q1_0: QuantizedFormat {
  package static let ggmlName = "Q1_0"
  package static let ggmlNumber: UInt32 = 41
  package static let ggmlFileType: UInt32? = 40
  package static let blockValues = 128
  package static let blockBytes = 18
  package static let offset = 1
  package static let layout = PanelLayout.q4_0

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    let bytes = block.bytes(at: 2)
    for index in 0..<blockValues {
      parts.codes[index] = 2 * (bytes[index / 8] >> UInt8(truncatingIfNeeded: index % 8) & 1)
    }
  }
}
