/// 32 values: a scale and the least value in fp16, the codes' fifth bits, then their lower four as in Q4_1.
package enum Q5_1: QuantizedFormat {
  package static let ggmlName = "Q5_1"
  package static let ggmlNumber: UInt32 = 7
  package static let ggmlFileType: UInt32? = 9
  package static let blockValues = 32
  package static let blockBytes = 24
  package static let offset = 0
  package static let layout = PanelLayout.q5_1

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.dmin = block.half(at: 2)
    // The least value is added.
    parts.mins.update(repeating: -1, count: 2)
    parts.setNibbles(at: 0, from: block.bytes(at: 8), count: 16)
    parts.addBits(from: block.word(at: 4), at: 4)
  }
}
