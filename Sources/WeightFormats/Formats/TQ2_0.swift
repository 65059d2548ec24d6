/// 256 values: codes of two bits, as in Q2_K, and a scale in fp16. A code is the value plus 1.
public enum TQ2_0: QuantizedFormat {
  public static let ggmlName = "TQ2_0"
  public static let ggmlNumber: UInt32 = 35
  public static let ggmlFileType: UInt32? = 37
  public static let blockValues = 256
  public static let blockBytes = 66
  public static let offset = 1
  public static let layout = PanelLayout.q3_K

  public static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.codes.update(repeating: 0, count: blockValues)
    parts.addPairs(from: block.bytes(at: 0), at: 0)
    parts.d = block.half(at: 64)
  }
}
