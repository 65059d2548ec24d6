/// 256 values: what scales are multiples of, in fp16; a byte for each eight values, the lower part of the place in a codebook
/// of 2048 points of −1, 0 and 1; then for each 32 values two bytes: the places' upper three bits, half of the scale, and
/// whether an eighth is taken off each value or added to it.
package enum IQ1_S: QuantizedFormat {
  package static let ggmlName = "IQ1_S"
  package static let ggmlNumber: UInt32 = 19
  package static let ggmlFileType: UInt32? = 24
  package static let blockValues = 256
  package static let blockBytes = 50
  package static let offset = 16
  package static let layout = PanelLayout.iq1_s

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let codebook = Codebook.iq1
    parts.d = block.half(at: 0)
    let lower = block.bytes(at: 2)
    for part in 0..<8 {
      let rest = block.half(at: 34 + 2 * part)
      let shift = codeShift(isLess: rest & 0x8000 != 0)
      for index in 0..<4 {
        let high = Int(rest >> UInt16(truncatingIfNeeded: 3 * index) & 7)
        let place = Int(lower[4 * part + index]) | high << 8
        parts.setEight(at: 32 * part + 8 * index, codebook[place] &+ shift)
      }
      let half = UInt8(truncatingIfNeeded: rest >> 12 & 7)
      for group in 2 * part..<2 * part + 2 { parts.setOddScale(group, half) }
    }
  }

  /// What makes codes of eight points' values: these are from 0 to 16, in eighths plus 8.
  static func codeShift(isLess: Bool) -> UInt64 {
    isLess ? 0x0707_0707_0707_0707 : 0x0909_0909_0909_0909
  }
}
