/// 32 values: a scale in fp16, then 16 bytes; byte i holds value i in its low half, value 16 + i in its high half, each as
/// the place of one of sixteen levels, which lie closer together near 0.
package enum IQ4_NL: QuantizedFormat {
  package static let ggmlName = "IQ4_NL"
  package static let ggmlNumber: UInt32 = 20
  package static let ggmlFileType: UInt32? = 25
  package static let blockValues = 32
  package static let blockBytes = 18
  package static let offset = 128
  package static let layout = PanelLayout.q8_0

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.d = block.half(at: 0)
    parts.setNibbles(at: 0, from: block.bytes(at: 2), count: 16)
    Levels.replaceCodes(of: parts, count: blockValues)
  }

  /// ggml's `kvalues_iq4nl`, plus the offset.
  enum Levels {
    private static let table: [UInt8] = [
      -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
    ].map { UInt8($0 + offset) }

    static func replaceCodes(of parts: BlockParts, count: Int) {
      table.withUnsafeBufferPointer { table in
        for index in 0..<count { parts.codes[index] = table[Int(parts.codes[index] & 0x0F)] }
      }
    }
  }
}
