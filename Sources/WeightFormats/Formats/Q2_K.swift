/// 256 values: a byte for each sixteen, the scale in its low half and the min in its high one; codes of two bits; then what
/// scales and mins are multiples of, in fp16.
package enum Q2_K: QuantizedFormat {
  package static let ggmlName = "Q2_K"
  package static let ggmlNumber: UInt32 = 10
  package static let ggmlFileType: UInt32? = 10
  package static let blockValues = 256
  package static let blockBytes = 84
  package static let offset = 0
  package static let layout = PanelLayout.q2_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    let both = block.bytes(at: 0)
    for group in 0..<16 {
      parts.scales[group] = Int8(bitPattern: both[group] & 0x0F)
      parts.mins[group] = Int8(bitPattern: both[group] >> 4)
    }
    parts.codes.update(repeating: 0, count: blockValues)
    parts.addPairs(from: block.bytes(at: 16), at: 0)
    parts.d = block.half(at: 80)
    parts.dmin = block.half(at: 82)
  }
}
