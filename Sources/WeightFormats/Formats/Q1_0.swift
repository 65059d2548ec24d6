/// 128 values: a scale in fp16, then a bit for each, the first lowest: 1 stands for the scale, 0 for its negative.
public enum Q1_0: QuantizedFormat {
  public static let ggmlName = "Q1_0"
  public static let ggmlNumber: UInt32 = 41
  public static let ggmlFileType: UInt32? = 40
  public static let blockValues = 128
  public static let blockBytes = 18
  public static let offset = 1
  public static let layout = PanelLayout.q4_0

  public static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    let bytes = block.bytes(at: 2)
    for index in 0..<blockValues {
      parts.codes[index] = 2 * (bytes[index / 8] >> UInt8(truncatingIfNeeded: index % 8) & 1)
    }
  }
}
