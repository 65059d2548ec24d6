/// 256 values: as Q4_K, with the codes' fifth bits before their lower four.
package enum Q5_K: QuantizedFormat {
  package static let ggmlName = "Q5_K"
  package static let ggmlNumber: UInt32 = 13
  /// That of Q5_K_S, which has the fewest other types.
  package static let ggmlFileType: UInt32? = 16
  package static let blockValues = 256
  package static let blockBytes = 176
  package static let offset = 0
  package static let layout = PanelLayout.q5_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.dmin = block.half(at: 2)
    parts.setScalesAndMins(from: block.bytes(at: 4))
    for pair in 0..<4 { parts.setNibbles(at: 64 * pair, from: block.bytes(at: 48 + 32 * pair), count: 32) }
    parts.addBits(from: block.bytes(at: 16), at: 4)
  }
}
