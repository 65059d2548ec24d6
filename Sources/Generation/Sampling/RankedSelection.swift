/// Finds how far down a ranking one must go until the weights add up to a target, without sorting: the common
/// core of top-k, where each weight is 1, and top-p.
///
/// A radix selection. The logits' bits are cut into digits in base 256 from the highest that differs down; the
/// weights are added up for each digit, and only the digit in which the sum passes the target is looked into
/// further. That is at most four rounds, the later ones over few entries.
struct RankedSelection: Sendable {
  private struct Entry {
    var key: UInt32
    var weight: Double

    @inline(__always)
    init(_ logit: Float, weight: Double) {
      key = logit.orderedBits
      self.weight = weight
    }
  }

  private var count = 0
  /// The first `count` are in use. Grown when more are needed, and reused from token to token.
  private var entries: [Entry] = []
  /// (256), the sum of the weights of each digit.
  private var sums = [Double](repeating: 0, count: 256)

  /// Replaces the entries by those of `logits` that are at least `bound`, each of weight 1. None is NaN.
  mutating func load(_ logits: UnsafeBufferPointer<Float>, from bound: Float) {
    fill(upTo: logits.count) { entries in
      var count = 0
      for logit in logits where logit >= bound {
        entries[count] = Entry(logit, weight: 1)
        count += 1
      }
      return count
    }
  }

  /// Replaces the entries by those of `logits` whose weight is at least `bound`, which is above 0. Equal logits
  /// have equal weights, and none is NaN.
  mutating func load(
    _ logits: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Double>, from bound: Double
  ) {
    fill(upTo: logits.count) { entries in
      var count = 0
      for index in logits.indices where weights[index] >= bound {
        entries[count] = Entry(logits[index], weight: weights[index])
        count += 1
      }
      return count
    }
  }

  /// The cut after which the weights of the entries, of which there is one at least, first reach `target`; if
  /// they never do, all stay. It uses the entries up.
  mutating func cut(reaching target: Double) -> RankedCut {
    var above = 0.0
    while let (least, greatest) = range() {
      // The highest digit in which the keys differ; those above it are the same in all.
      let shift = UInt32(max(0, UInt32.bitWidth - (least ^ greatest).leadingZeroBitCount - 8))
      addWeights(ofDigitsAt: shift)
      var digit = greatest.digit(at: shift)
      while digit > least.digit(at: shift), above + sums[digit] < target {
        above += sums[digit]
        digit -= 1
      }
      keep(digit, at: shift)
    }
    let needed = ((target - above) / entries[0].weight).rounded(.up)
    return RankedCut(
      threshold: Float(orderedBits: entries[0].key), ties: Int(min(max(needed, 1), Double(count))))
  }

  private mutating func fill(
    upTo capacity: Int, _ body: (UnsafeMutableBufferPointer<Entry>) -> Int
  ) {
    if entries.count < capacity { entries = [Entry](repeating: Entry(0, weight: 0), count: capacity) }
    count = entries.withUnsafeMutableBufferPointer { body($0) }
  }

  /// The least and the greatest key; `nil` if they are the same.
  private func range() -> (least: UInt32, greatest: UInt32)? {
    var (least, greatest) = (UInt32.max, UInt32.min)
    entries.withUnsafeBufferPointer { entries in
      for index in 0..<count {
        least = min(least, entries[index].key)
        greatest = max(greatest, entries[index].key)
      }
    }
    return least == greatest ? nil : (least, greatest)
  }

  private mutating func addWeights(ofDigitsAt shift: UInt32) {
    sums.withUnsafeMutableBufferPointer { sums in
      sums.update(repeating: 0)
      entries.withUnsafeBufferPointer { entries in
        for index in 0..<count { sums[entries[index].key.digit(at: shift)] += entries[index].weight }
      }
    }
  }

  private mutating func keep(_ digit: Int, at shift: UInt32) {
    count = entries.withUnsafeMutableBufferPointer { entries in
      var kept = 0
      for index in 0..<count where entries[index].key.digit(at: shift) == digit {
        entries[kept] = entries[index]
        kept += 1
      }
      return kept
    }
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
