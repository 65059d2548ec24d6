/// 256 values: what scales and mins are multiples of, in fp16; a scale and a min of six bits for each 32 values; codes of
/// four bits, those of 32 values in the low halves of 32 bytes, the next 32 in the high ones.
public enum Q4_K: QuantizedFormat {
  public static let ggmlName = "Q4_K"
  public static let ggmlNumber: UInt32 = 12
  /// That of Q4_K_S, which has the fewest other types.
  public static let ggmlFileType: UInt32? = 14
  public static let blockValues = 256
  public static let blockBytes = 144
  public static let offset = 0
  public static let layout = PanelLayout.q4_K

  public static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.dmin = block.half(at: 2)
    parts.setScalesAndMins(from: block.bytes(at: 4))
    for pair in 0..<4 { parts.setNibbles(at: 64 * pair, from: block.bytes(at: 16 + 32 * pair), count: 32) }
  }
}
