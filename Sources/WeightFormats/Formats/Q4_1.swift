/// 32 values: a scale and the least value in fp16, then 16 bytes; byte i holds value i's code in its low half, value
/// 16 + i's in its high half.
public enum Q4_1: QuantizedFormat {
  public static let ggmlName = "Q4_1"
  public static let ggmlNumber: UInt32 = 3
  public static let ggmlFileType: UInt32? = 3
  public static let blockValues = 32
  public static let blockBytes = 20
  public static let offset = 0
  public static let layout = PanelLayout.q5_1

  public static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.dmin = block.half(at: 2)
    // The least value is added.
    parts.mins.update(repeating: -1, count: 2)
    parts.setNibbles(at: 0, from: block.bytes(at: 4), count: 16)
  }
}
