// The ways in which formats of codebooks say eight codes at once.
extension BlockParts {
  private static let everyByte: UInt64 = 0x0101_0101_0101_0101

  /// Eight codes, the first in the lowest byte.
  @inline(__always)
  func setEight(at start: Int, _ codes: UInt64) {
    UnsafeMutableRawPointer(self.codes).storeBytes(of: codes, toByteOffset: start, as: UInt64.self)
  }

  /// Eight codes: offset + level, or where a sign is set offset − level.
  ///
  /// - Parameters:
  ///   - levels: Bytes from 1 to offset − 1.
  ///   - signs: The first in the lowest bit.
  ///   - offset: A power of two.
  @inline(__always)
  func setEight(at start: Int, levels: UInt64, signs: UInt8, offset: Int) {
    let offset = UInt64(truncatingIfNeeded: offset)
    // A byte for each sign: 1 where it is set.
    let spread = (UInt64(signs) &* Self.everyByte) & 0x8040_2010_0804_0201
    let minus = (spread &+ 0x7F * Self.everyByte) >> 7 & Self.everyByte
    // No byte carries: offset + level = level ^ offset, and offset − level = (level ^ (offset − 1)) + 1.
    setEight(at: start, (levels ^ offset &* Self.everyByte ^ minus &* (2 * offset - 1)) &+ minus)
  }

  /// Eight signs of which seven are stored: the number of those that are set is even.
  @inline(__always)
  static func signs(_ seven: UInt8) -> UInt8 {
    seven | UInt8(truncatingIfNeeded: seven.nonzeroBitCount) << 7
  }

  /// For each sixteen values a nibble n: the scale is 2n + 1.
  @inline(__always)
  func setOddScales(fromNibbles bytes: UnsafePointer<UInt8>) {
    for pair in 0..<8 {
      setOddScale(2 * pair, bytes[pair] & 0x0F)
      setOddScale(2 * pair + 1, bytes[pair] >> 4)
    }
  }

  /// - Parameter half: Up to 15.
  @inline(__always)
  func setOddScale(_ group: Int, _ half: UInt8) { scales[group] = Int8(bitPattern: 2 * half + 1) }
}
