/// A number that tells values apart by their bits: FNV-1a, 64 bits wide, a value at a time instead of a byte.
///
/// It finds a mistaken file, not a forged one.
package enum Checksum {
  /// Values of a part: the parts' fingerprints are taken side by side, and then that of the parts' in their order.
  static let partValues = 1 << 17
  private static let start: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01B3

  package static func of(_ values: UnsafeMutableBufferPointer<Float>, on workers: Workers) -> UInt64 {
    guard let base = values.baseAddress else { return start }
    return of(count: values.count, on: workers) { range in part(base + range.lowerBound, range.count) }
  }

  /// The same of values that are somewhere else.
  ///
  /// - Parameter fill: Writes those of a range; called on many threads.
  package static func of(
    count: Int, on workers: Workers,
    fill: (_ range: Range<Int>, _ values: UnsafeMutablePointer<Float>) -> Void
  ) -> UInt64 {
    of(count: count, on: workers) { range in
      workers.withScratch(range.count) { values in
        fill(range, values)
        return part(values, range.count)
      }
    }
  }

  private static func of(
    count: Int, on workers: Workers, part: (_ range: Range<Int>) -> UInt64
  ) -> UInt64 {
    var parts = [UInt64](repeating: 0, count: (count + partValues - 1) / partValues)
    parts.withUnsafeMutableBufferPointer { parts in
      workers.run(over: count, inRangesOf: partValues) { range in
        parts[range.lowerBound / partValues] = part(range)
      }
    }
    return parts.reduce(start, combined)
  }

  private static func part(_ values: UnsafePointer<Float>, _ count: Int) -> UInt64 {
    var checksum = start
    for index in 0..<count { checksum = combined(checksum, UInt64(values[index].bitPattern)) }
    return checksum
  }

  /// The same of other numbers.
  package static func of(_ numbers: some Sequence<UInt64>) -> UInt64 { numbers.reduce(start, combined) }

  @inline(__always)
  private static func combined(_ checksum: UInt64, _ next: UInt64) -> UInt64 {
    (checksum ^ next) &* prime
  }
}
