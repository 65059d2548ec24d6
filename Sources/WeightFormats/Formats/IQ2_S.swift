/// 256 values: what scales are multiples of, in fp16; for each eight values a byte, the lower part of the place in a
/// codebook of 1024 points, and a byte of signs; then the places' upper two bits, and scales as in IQ2_XS.
package enum IQ2_S: QuantizedFormat {
  package static let ggmlName = "IQ2_S"
  package static let ggmlNumber: UInt32 = 22
  package static let ggmlFileType: UInt32? = 28
  package static let blockValues = 256
  package static let blockBytes = 82
  package static let offset = 128
  package static let layout = PanelLayout.iq2_xs

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let codebook = Codebook.iq2_s
    parts.d = block.half(at: 0)
    let (lower, signs, upper) = (block.bytes(at: 2), block.bytes(at: 34), block.bytes(at: 66))
    for index in 0..<32 {
      let high = Int(upper[index / 4] >> UInt8(truncatingIfNeeded: 2 * (index % 4)) & 3)
      parts.setEight(
        at: 8 * index, levels: codebook[Int(lower[index]) | high << 8], signs: signs[index], offset: offset)
    }
    parts.setOddScales(fromNibbles: block.bytes(at: 74))
  }
}
