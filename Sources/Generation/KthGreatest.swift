extension UnsafeBufferPointer where Element == Float {
  /// The k-th greatest value, 1 ≤ k ≤ count, of values that are not NaN.
  ///
  /// A radix selection: its digits in base 256 from the highest down, each by counting among the values that
  /// share the digits before it. Four passes, where sorting a vocabulary takes twelve times as long.
  func greatest(_ k: Int) -> Float {
    var prefix: UInt32 = 0
    var rank = k
    var counts = [Int](repeating: 0, count: 256)
    for shift: UInt32 in [24, 16, 8, 0] {
      for digit in counts.indices { counts[digit] = 0 }
      for value in self where (value.orderedBits >> shift) >> 8 == prefix {
        counts[Int(value.orderedBits >> shift & 0xFF)] += 1
      }
      var digit = 255
      while counts[digit] < rank {
        rank -= counts[digit]
        digit -= 1
      }
      prefix = prefix << 8 | UInt32(digit)
    }
    return Float(orderedBits: prefix)
  }
}

extension Float {
  /// Bits that compare as unsigned integers the way the values do: negative ones inverted, others above them.
  fileprivate var orderedBits: UInt32 {
    bitPattern >> 31 == 1 ? ~bitPattern : bitPattern | 1 << 31
  }

  fileprivate init(orderedBits bits: UInt32) {
    self.init(bitPattern: bits >> 31 == 1 ? bits ^ 1 << 31 : ~bits)
  }
}
