/// 256 values: what scales are multiples of, in fp16; a byte for each four values, the lower part of the place in a codebook
/// of 512 points; the places' ninth bits; the signs; half of a scale for each 32 values, four bits each.
package enum IQ3_S: QuantizedFormat {
  package static let ggmlName = "IQ3_S"
  package static let ggmlNumber: UInt32 = 21
  package static let ggmlFileType: UInt32? = 26
  package static let blockValues = 256
  package static let blockBytes = 110
  package static let offset = 16
  package static let layout = PanelLayout.q6_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let codebook = Codebook.iq3_s
    parts.d = block.half(at: 0)
    let (lower, upper, signs) = (block.bytes(at: 2), block.bytes(at: 66), block.bytes(at: 74))
    func levels(_ index: Int) -> UInt64 {
      let high = Int(upper[index / 8] >> UInt8(truncatingIfNeeded: index % 8) & 1)
      return codebook[Int(lower[index]) | high << 8]
    }
    for index in 0..<32 {
      parts.setEight(
        at: 8 * index, levels: levels(2 * index) | levels(2 * index + 1) << 32, signs: signs[index],
        offset: offset)
    }
    let scales = block.bytes(at: 106)
    for group in 0..<16 {
      parts.setOddScale(group, scales[group / 4] >> UInt8(truncatingIfNeeded: 4 * (group / 2 % 2)) & 0x0F)
    }
  }
}
