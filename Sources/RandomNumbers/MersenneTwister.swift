/// The 32-bit Mersenne Twister (Matsumoto and Nishimura 1998) as PyTorch's CPU generator and llm.c's
/// `llmc/rand.h` run it: the same seed gives the same numbers as either.
package struct MersenneTwister: Sendable, Equatable {
  /// The number of words in the state, N in the paper.
  package static let wordCount = 624
  static let middle = 397
  static let matrix: UInt32 = 0x9908_B0DF

  /// What the generator was started from. It takes no part in what is drawn.
  package let seed: UInt64
  /// How many draws remain, plus one, until the state is renewed.
  package private(set) var left: Int32
  /// The index of the next word to draw.
  package private(set) var next: UInt32
  /// The state, `wordCount` words.
  package private(set) var words: [UInt32]

  package init(seed: UInt32) {
    self.seed = UInt64(seed)
    words = [UInt32](repeating: seed, count: Self.wordCount)
    for index in 1..<Self.wordCount {
      let previous = words[index - 1]
      words[index] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(index)
    }
    left = 1
    next = 0
  }

  /// Starts from `wordCount` words of which none has been drawn.
  init(fresh words: [UInt32], seed: UInt64) {
    self.seed = seed
    self.words = words
    left = 1
    next = 0
  }

  /// Takes up a saved state; `nil` if these values are not a state that the generator can be in.
  package init?(seed: UInt64, left: Int32, next: UInt32, words: [UInt32]) {
    guard words.count == Self.wordCount else { return nil }
    let isFresh = left == 1 && next == 0
    // Each draw moves one from `left` to `next`.
    let isUnderWay = (1...624).contains(left) && next == 625 - UInt32(left)
    guard isFresh || isUnderWay else { return nil }
    self.seed = seed
    self.left = left
    self.next = next
    self.words = words
  }

  /// 32 uniform bits.
  package mutating func nextUInt32() -> UInt32 {
    left -= 1
    if left <= 0 { renew() }
    let word = words[Int(next)]
    next += 1
    return Self.temper(word)
  }

  /// 64 uniform bits, the first draw being the high half.
  package mutating func nextUInt64() -> UInt64 {
    let high = UInt64(nextUInt32())
    return high << 32 | UInt64(nextUInt32())
  }

  /// Uniform in [0, 1), a multiple of 2⁻²⁴.
  package mutating func nextFloat() -> Float { Self.unitFloat(nextUInt32()) }

  /// Uniform in [0, 1), a multiple of 2⁻⁵³.
  package mutating func nextDouble() -> Double {
    Double(nextUInt64() & (1 << 53 - 1)) * 0x1p-53
  }

  /// Shuffles `values` (Fisher–Yates from the end) as llm.c's `random_permutation` does.
  ///
  /// The remainder favours small indices by less than count ÷ 2³²; it is kept so that orders agree with llm.c's.
  package mutating func permute(_ values: inout [Int32]) {
    for index in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(index, Int(nextUInt32() % UInt32(truncatingIfNeeded: index + 1)))
    }
  }

  /// Calls `body` with runs of tempered words, `count` words in all and in the order of single draws.
  ///
  /// Drawing a run at a time keeps the array's checks out of loops over millions of numbers.
  mutating func drawRuns(_ count: Int, _ body: (UnsafeBufferPointer<UInt32>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.wordCount) { tempered in
      var remaining = count
      while remaining > 0 {
        if left <= 1 { renew() } else { left -= 1 }
        let run = min(remaining, Int(left))
        let first = Int(next)
        words.withUnsafeBufferPointer { words in
          for index in 0..<run { tempered[index] = Self.temper(words[first + index]) }
        }
        left -= Int32(run - 1)
        next += UInt32(run)
        remaining -= run
        body(UnsafeBufferPointer(rebasing: tempered[..<run]))
      }
    }
  }

  static func unitFloat(_ word: UInt32) -> Float { Float(word & (1 << 24 - 1)) * 0x1p-24 }

  private static func temper(_ word: UInt32) -> UInt32 {
    var y = word
    y ^= y >> 11
    y ^= (y << 7) & 0x9D2C_5680
    y ^= (y << 15) & 0xEFC6_0000
    return y ^ (y >> 18)
  }

  private mutating func renew() {
    left = Int32(Self.wordCount)
    next = 0
    words.withUnsafeMutableBufferPointer { words in
      let count = Self.wordCount
      let rest = count - Self.middle
      for index in 0..<rest {
        words[index] = words[index + Self.middle] ^ Self.twist(words[index], words[index + 1])
      }
      for index in rest..<count - 1 {
        words[index] = words[index - rest] ^ Self.twist(words[index], words[index + 1])
      }
      words[count - 1] = words[Self.middle - 1] ^ Self.twist(words[count - 1], words[0])
    }
  }

  /// The high bit of one word and the rest of its successor, times the matrix A.
  private static func twist(_ word: UInt32, _ successor: UInt32) -> UInt32 {
    let y = (word & 0x8000_0000) | (successor & 0x7FFF_FFFF)
    return (y >> 1) ^ (y & 1 == 0 ? 0 : matrix)
  }
}
