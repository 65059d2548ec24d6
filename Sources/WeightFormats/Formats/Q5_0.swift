/// 32 values: a scale in fp16, the codes' fifth bits, then their lower four as in Q4_0. A code is the value plus 16.
package enum Q5_0: QuantizedFormat {
  package static let ggmlName = "Q5_0"
  package static let ggmlNumber: UInt32 = 6
  package static let ggmlFileType: UInt32? = 8
  package static let blockValues = 32
  package static let blockBytes = 22
  package static let offset = 16
  package static let layout = PanelLayout.q5_0

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.setNibbles(at: 0, from: block.bytes(at: 6), count: 16)
    parts.addBits(from: block.word(at: 2), at: 4)
  }
}
