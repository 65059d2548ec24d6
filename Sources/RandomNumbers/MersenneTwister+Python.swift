import GPT2Platform

// The draws of Python's `random` and of numpy's legacy `RandomState`, which share the generator but differ from PyTorch
// in how they seed it and in what they make of its words.
extension MersenneTwister {
  /// Starts from a key of any length: `init_by_array` of Matsumoto and Nishimura. Python's `random.seed(n)` takes the
  /// 32-bit digits of n, the lowest first. numpy's `RandomState(n)` takes `init(seed:)`.
  ///
  /// - Parameter key: At least one word.
  package init(key: [UInt32]) {
    precondition(!key.isEmpty, "a key without words")
    var words = MersenneTwister(seed: 19_650_218).words
    let count = Self.wordCount
    var (index, digit) = (1, 0)
    // words[0] follows the last word round the circle.
    func mixed(_ multiplier: UInt32) -> UInt32 {
      words[index] ^ ((words[index - 1] ^ (words[index - 1] >> 30)) &* multiplier)
    }
    func advance() {
      index += 1
      guard index == count else { return }
      words[0] = words[count - 1]
      index = 1
    }
    for _ in 0..<max(count, key.count) {
      words[index] = mixed(1_664_525) &+ key[digit] &+ UInt32(digit)
      advance()
      digit = (digit + 1) % key.count
    }
    for _ in 1..<count {
      words[index] = mixed(1_566_083_941) &- UInt32(index)
      advance()
    }
    words[0] = 0x8000_0000
    self.init(fresh: words, seed: UInt64(key[0]))
  }

  /// Uniform in [0, 1), a multiple of 2⁻⁵³, of two words: Python's `random.random()`, numpy's `random_sample()`.
  package mutating func nextUnit() -> Double {
    let high = Double(nextUInt32() >> 5)
    return (high * 67_108_864 + Double(nextUInt32() >> 6)) * 0x1p-53
  }

  /// Uniform in 0...largest, without favour: numpy's `legacy_random_interval`, which draws anew what is too large.
  package mutating func nextInteger(through largest: UInt32) -> UInt32 {
    guard largest > 0 else { return 0 }
    let mask = UInt32.max >> UInt32(largest.leadingZeroBitCount)
    while true {
      let value = nextUInt32() & mask
      if value <= largest { return value }
    }
  }

  /// Shuffles as numpy's `RandomState.shuffle`.
  package mutating func shuffleLikeNumPy<T>(_ values: inout [T]) {
    for index in stride(from: values.count - 1, to: 0, by: -1) {
      values.swapAt(index, Int(nextInteger(through: UInt32(index))))
    }
  }

  /// Two independent normal numbers of mean 0 and deviation 1 in the order in which numpy's `RandomState.normal` gives
  /// them (`legacy_gauss`: Marsaglia's polar method).
  package mutating func nextNormalPair() -> (Double, Double) {
    while true {
      let x = 2 * nextUnit() - 1
      let y = 2 * nextUnit() - 1
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      return (factor * y, factor * x)
    }
  }
}
