/// 256 values: what scales and mins are multiples of, in fp16; a scale and a min of six bits for each 32 values; codes of
/// four bits, those of 32 values in the low halves of 32 bytes, the next 32 in the high ones.
package enum Q4_K: QuantizedFormat {
  package static let ggmlName = "Q4_K"
  package static let ggmlNumber: UInt32 = 12
  /// That of Q4_K_S, which has the fewest other types.
  package static let ggmlFileType: UInt32? = 14
  package static let blockValues = 256
  package static let blockBytes = 144
  package static let offset = 0
  package static let layout = PanelLayout.q4_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.dmin = block.half(at: 2)
    parts.setScalesAndMins(from: block.bytes(at: 4))
    for pair in 0..<4 { parts.setNibbles(at: 64 * pair, from: block.bytes(at: 16 + 32 * pair), count: 32) }
  }
}
