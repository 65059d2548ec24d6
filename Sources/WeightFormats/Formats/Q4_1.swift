/// 32 values: a scale and the least value in fp16, then 16 bytes; byte i holds value i's code in its low half, value
/// 16 + i's in its high half.
package enum Q4_1: QuantizedFormat {
  package static let ggmlName = "Q4_1"
  package static let ggmlNumber: UInt32 = 3
  package static let ggmlFileType: UInt32? = 3
  package static let blockValues = 32
  package static let blockBytes = 20
  package static let offset = 0
  package static let layout = PanelLayout.q5_1

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.dmin = block.half(at: 2)
    // The least value is added.
    parts.mins.update(repeating: -1, count: 2)
    parts.setNibbles(at: 0, from: block.bytes(at: 4), count: 16)
  }
}
