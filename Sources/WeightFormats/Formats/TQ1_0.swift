/// 256 values, each a scale in fp16 times −1, 0 or 1: five of them a byte, 32 bytes and then 16 with the first fifth's values
/// in all, and four in each of four more bytes; then the scale.
package enum TQ1_0: QuantizedFormat {
  package static let ggmlName = "TQ1_0"
  package static let ggmlNumber: UInt32 = 34
  package static let ggmlFileType: UInt32? = 36
  package static let blockValues = 256
  package static let blockBytes = 54
  package static let offset = 1
  package static let layout = PanelLayout.q3_K

  package static func takeApart(_ block: UnsafeRawPointer, into parts: inout BlockParts) {
    setDigits(at: 0, from: block.bytes(at: 0), count: 32, digits: 5, of: parts)
    setDigits(at: 160, from: block.bytes(at: 32), count: 16, digits: 5, of: parts)
    setDigits(at: 240, from: block.bytes(at: 48), count: 4, digits: 4, of: parts)
    parts.d = block.half(at: 52)
  }

  /// Digits to the base of 3. A byte b is the fraction b/256: times 3, its whole part is the first digit, and what remains is
  /// the fraction of the others.
  @inline(__always)
  private static func setDigits(
    at start: Int, from bytes: UnsafePointer<UInt8>, count: Int, digits: Int, of parts: BlockParts
  ) {
    for index in 0..<count {
      var fraction = UInt16(bytes[index])
      for digit in 0..<digits {
        let product = 3 * fraction
        parts.codes[start + count * digit + index] = UInt8(truncatingIfNeeded: product >> 8)
        fraction = product & 0xFF
      }
    }
  }
}
