/// 256 values: what scales are multiples of, in fp16; for each 32 values four bytes, each the place of eight in a codebook
/// of 256 points, then four times seven signs, and half of the scale in the upper four bits.
package enum IQ2_XXS: QuantizedFormat {
  package static let ggmlName = "IQ2_XXS"
  package static let ggmlNumber: UInt32 = 16
  package static let ggmlFileType: UInt32? = 19
  package static let blockValues = 256
  package static let blockBytes = 66
  package static let offset = 128
  package static let layout = PanelLayout.iq2_xs

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let codebook = Codebook.iq2_xxs
    parts.d = block.half(at: 0)
    for part in 0..<8 {
      let places = block.bytes(at: 2 + 8 * part)
      let rest = block.word(at: 6 + 8 * part)
      for index in 0..<4 {
        let seven = UInt8(truncatingIfNeeded: rest >> UInt32(truncatingIfNeeded: 7 * index) & 0x7F)
        parts.setEight(
          at: 32 * part + 8 * index, levels: codebook[Int(places[index])], signs: BlockParts.signs(seven),
          offset: offset)
      }
      for group in 2 * part..<2 * part + 2 { parts.setOddScale(group, UInt8(truncatingIfNeeded: rest >> 28)) }
    }
  }
}
