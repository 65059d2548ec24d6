/// 32 values: a scale in fp16, the codes' fifth bits, then their lower four as in Q4_0. A code is the value plus 16.
public enum Q5_0: QuantizedFormat {
  public static let ggmlName = "Q5_0"
  public static let ggmlNumber: UInt32 = 6
  public static let ggmlFileType: UInt32? = 8
  public static let blockValues = 32
  public static let blockBytes = 22
  public static let offset = 16
  public static let layout = PanelLayout.q5_0

  public static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.setNibbles(at: 0, from: block.bytes(at: 6), count: 16)
    parts.addBits(from: block.word(at: 2), at: 4)
  }
}
