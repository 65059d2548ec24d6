/// 256 values: what scales are multiples of, in fp16; a scale of six bits for each 32 values, first the upper two of all,
/// then the lower four; codes as in IQ4_NL. A scale is what it stands for plus 32.
package enum IQ4_XS: QuantizedFormat {
  package static let ggmlName = "IQ4_XS"
  package static let ggmlNumber: UInt32 = 23
  package static let ggmlFileType: UInt32? = 30
  package static let blockValues = 256
  package static let blockBytes = 136
  package static let offset = IQ4_NL.offset
  package static let layout = PanelLayout.bytes

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    let (upper, lower) = (block.half(at: 2), block.bytes(at: 4))
    for part in 0..<8 {
      let low = lower[part / 2] >> UInt8(truncatingIfNeeded: 4 * (part % 2)) & 0x0F
      let high = UInt8(truncatingIfNeeded: upper >> UInt16(truncatingIfNeeded: 2 * part) & 3)
      let scale = Int8(bitPattern: low | high << 4) - 32
      parts.scales.advanced(by: 2 * part).update(repeating: scale, count: 2)
      parts.setNibbles(at: 32 * part, from: block.bytes(at: 8 + 16 * part), count: 16)
    }
    IQ4_NL.Levels.replaceCodes(of: parts, count: blockValues)
  }
}
