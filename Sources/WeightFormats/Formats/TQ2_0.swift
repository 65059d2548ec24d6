/// 256 values: codes of two bits, as in Q2_K, and a scale in fp16. A code is the value plus 1.
package enum TQ2_0: QuantizedFormat {
  package static let ggmlName = "TQ2_0"
  package static let ggmlNumber: UInt32 = 35
  package static let ggmlFileType: UInt32? = 37
  package static let blockValues = 256
  package static let blockBytes = 66
  package static let offset = 1
  package static let layout = PanelLayout.q3_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.codes.update(repeating: 0, count: blockValues)
    parts.addPairs(from: block.bytes(at: 0), at: 0)
    parts.d = block.half(at: 64)
  }
}
