/// 256 values: what scales are multiples of, in fp16; for each eight values two bytes, the place in a codebook of 512
/// points and above it seven signs; then half of a scale for each sixteen values, four bits each.
package enum IQ2_XS: QuantizedFormat {
  package static let ggmlName = "IQ2_XS"
  package static let ggmlNumber: UInt32 = 17
  package static let ggmlFileType: UInt32? = 20
  package static let blockValues = 256
  package static let blockBytes = 74
  package static let offset = 128
  package static let layout = PanelLayout.iq2_xs

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let codebook = Codebook.iq2_xs
    parts.d = block.half(at: 0)
    for index in 0..<32 {
      let both = block.half(at: 2 + 2 * index)
      parts.setEight(
        at: 8 * index, levels: codebook[Int(both & 0x1FF)],
        signs: BlockParts.signs(UInt8(truncatingIfNeeded: both >> 9)), offset: offset)
    }
    parts.setOddScales(fromNibbles: block.bytes(at: 66))
  }
}
