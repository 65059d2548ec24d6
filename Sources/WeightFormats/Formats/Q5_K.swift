/// 256 values: as Q4_K, with the codes' fifth bits before their lower four.
public enum Q5_K: QuantizedFormat {
  public static let ggmlName = "Q5_K"
  public static let ggmlNumber: UInt32 = 13
  /// That of Q5_K_S, which has the fewest other types.
  public static let ggmlFileType: UInt32? = 16
  public static let blockValues = 256
  public static let blockBytes = 176
  public static let offset = 0
  public static let layout = PanelLayout.q5_K

  public static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.dmin = block.half(at: 2)
    parts.setScalesAndMins(from: block.bytes(at: 4))
    for pair in 0..<4 { parts.setNibbles(at: 64 * pair, from: block.bytes(at: 48 + 32 * pair), count: 32) }
    parts.addBits(from: block.bytes(at: 16), at: 4)
  }
}
