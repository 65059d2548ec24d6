/// Finds how far down a ranking one must go until the weights add up to a target, without sorting: the common
/// core of top-k, where each weight is 1, and top-p.
///
/// A radix selection. The logits' bits are cut into digits in base 256 from the highest that differs down; the
/// weights are added up for each digit, and only the digit in which the sum passes the target is looked into
/// further. That is at most four rounds, the later ones over few entries.
struct RankedSelection: Sendable {
  private struct Entry {
    let key: UInt32
    let weight: Double
  }

  /// Reused from token to token.
  private var entries: [Entry] = []
  /// (256), the sum of the weights of each digit.
  private var sums = [Double](repeating: 0, count: 256)

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// Adds an entry. Equal logits have equal weights, all of them positive, and no logit is NaN.
  @inline(__always)
  mutating func add(_ logit: Float, weight: Double) {
    entries.append(Entry(key: logit.orderedBits, weight: weight))
  }

  /// The cut after which the weights of the entries, of which there is one at least, first reach `target`; if
  /// they never do, all stay. It uses the entries up.
  mutating func cut(reaching target: Double) -> RankedCut {
    var above = 0.0
    while true {
      var (least, greatest) = (UInt32.max, UInt32.min)
      for entry in entries { (least, greatest) = (min(least, entry.key), max(greatest, entry.key)) }
      if least == greatest { break }

      let shift = UInt32(max(0, UInt32.bitWidth - (least ^ greatest).leadingZeroBitCount - 8))
      for digit in sums.indices { sums[digit] = 0 }
      for entry in entries { sums[entry.key.digit(at: shift)] += entry.weight }
      var digit = greatest.digit(at: shift)
      while digit > least.digit(at: shift), above + sums[digit] < target {
        above += sums[digit]
        digit -= 1
      }
      entries.removeAll { $0.key.digit(at: shift) != digit }
    }
    let needed = ((target - above) / entries[0].weight).rounded(.up)
    return RankedCut(
      threshold: Float(orderedBits: entries[0].key),
      ties: Int(min(max(needed, 1), Double(entries.count))))
  }
}

extension UInt32 {
  @inline(__always)
  fileprivate func digit(at shift: UInt32) -> Int { Int(self >> shift & 0xFF) }
}

extension Float {
  /// Bits that compare as unsigned integers the way the values do: negative ones inverted, others above them.
  fileprivate var orderedBits: UInt32 {
    // −0 + 0 is 0, so that the two are equal here, too.
    let bits = (self + 0).bitPattern
    return bits >> 31 == 1 ? ~bits : bits | 1 << 31
  }

  fileprivate init(orderedBits bits: UInt32) {
    self.init(bitPattern: bits >> 31 == 1 ? bits ^ 1 << 31 : ~bits)
  }
}
