/// 256 values: the codes' third bits, their lower two, a scale of six bits for each sixteen, and what these are multiples
/// of, in fp16. A code is the value plus 4, a scale what it stands for plus 32.
package enum Q3_K: QuantizedFormat {
  package static let ggmlName = "Q3_K"
  package static let ggmlNumber: UInt32 = 11
  /// That of Q3_K_S, which has no other types.
  package static let ggmlFileType: UInt32? = 11
  package static let blockValues = 256
  package static let blockBytes = 110
  package static let offset = 4
  package static let layout = PanelLayout.q3_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    parts.codes.update(repeating: 0, count: blockValues)
    parts.addBits(from: block.bytes(at: 0), at: 2)
    parts.addPairs(from: block.bytes(at: 32), at: 0)
    // Eight bytes of two lower halves, then four of four upper pairs.
    let (lower, upper) = (block.bytes(at: 96), block.bytes(at: 104))
    for group in 0..<16 {
      let low = lower[group % 8] >> UInt8(truncatingIfNeeded: 4 * (group / 8)) & 0x0F
      let high = upper[group % 4] >> UInt8(truncatingIfNeeded: 2 * (group / 4)) & 3
      parts.scales[group] = Int8(bitPattern: low | high << 4) - 32
    }
    parts.d = block.half(at: 108)
  }
}
