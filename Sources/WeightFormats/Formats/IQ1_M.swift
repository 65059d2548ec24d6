/// 256 values as in IQ1_S: the lower parts of the places; for each eight values four bits, the place's upper three and whether
/// an eighth is taken off; four words of two bytes, each with four scales' halves of three bits for sixteen values each, and
/// above them four bits of what scales are multiples of, in fp16, the lowest first.
package enum IQ1_M: QuantizedFormat {
  package static let ggmlName = "IQ1_M"
  package static let ggmlNumber: UInt32 = 29
  package static let ggmlFileType: UInt32? = 31
  package static let blockValues = 256
  package static let blockBytes = 56
  package static let offset = IQ1_S.offset
  package static let layout = PanelLayout.iq1_s

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let codebook = Codebook.iq1
    let (lower, upper) = (block.bytes(at: 0), block.bytes(at: 32))
    for index in 0..<32 {
      let rest = upper[index / 2] >> UInt8(truncatingIfNeeded: 4 * (index % 2))
      let place = Int(lower[index]) | Int(rest & 7) << 8
      parts.setEight(at: 8 * index, codebook[place] &+ IQ1_S.codeShift(isLess: rest & 8 != 0))
    }
    parts.d = 0
    for quarter in 0..<4 {
      let word = block.half(at: 48 + 2 * quarter)
      parts.d |= (word >> 12) << UInt16(truncatingIfNeeded: 4 * quarter)
      for index in 0..<4 {
        let half = word >> UInt16(truncatingIfNeeded: 3 * index) & 7
        parts.setOddScale(4 * quarter + index, UInt8(truncatingIfNeeded: half))
      }
    }
  }
}
