/// 256 values: the codes' lower four bits, their upper two, an int8 scale for each sixteen, and what these are multiples
/// of, in fp16. A code is the value plus 32.
package enum Q6_K: QuantizedFormat {
  package static let ggmlName = "Q6_K"
  package static let ggmlNumber: UInt32 = 14
  package static let ggmlFileType: UInt32? = 18
  package static let blockValues = 256
  package static let blockBytes = 210
  package static let offset = 32
  package static let layout = PanelLayout.q6_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    for half in 0..<2 { parts.setNibbles(at: 128 * half, from: block.bytes(at: 64 * half), count: 64) }
    parts.addPairs(from: block.bytes(at: 128), at: 4)
    let scales = block.bytes(at: 192)
    for group in 0..<16 { parts.scales[group] = Int8(bitPattern: scales[group]) }
    parts.d = block.half(at: 208)
  }
}
