/// 256 values: what scales are multiples of, in fp16; a byte for each four values, the place in a codebook of 256 points;
/// then signs and scales for each 32 values, as in IQ2_XXS.
package enum IQ3_XXS: QuantizedFormat {
  package static let ggmlName = "IQ3_XXS"
  package static let ggmlNumber: UInt32 = 18
  package static let ggmlFileType: UInt32? = 23
  package static let blockValues = 256
  package static let blockBytes = 98
  package static let offset = 128
  package static let layout = PanelLayout.iq2_xs

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let codebook = Codebook.iq3_xxs
    parts.d = block.half(at: 0)
    let places = block.bytes(at: 2)
    for part in 0..<8 {
      let rest = block.word(at: 66 + 4 * part)
      for index in 4 * part..<4 * part + 4 {
        let seven = UInt8(truncatingIfNeeded: rest >> UInt32(truncatingIfNeeded: 7 * (index % 4)) & 0x7F)
        let levels = codebook[Int(places[2 * index])] | codebook[Int(places[2 * index + 1])] << 32
        parts.setEight(at: 8 * index, levels: levels, signs: BlockParts.signs(seven), offset: offset)
      }
      for group in 2 * part..<2 * part + 2 { parts.setOddScale(group, UInt8(truncatingIfNeeded: rest >> 28)) }
    }
  }
}
