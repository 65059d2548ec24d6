/// The tokens that can still be drawn, in the order of their ids, and how likely each is.
///
/// The buffers are made once and used for every token.
struct Candidates: Sendable {
  private(set) var count = 0
  /// The sum of the weights.
  private(set) var total = 0.0
  // (V) each, of which the first `count` are in use.
  private var tokens: [Int32]
  private var logits: [Float]
  private var weights: [Double]

  init(vocabularySize: Int) {
    tokens = [Int32](repeating: 0, count: vocabularySize)
    logits = [Float](repeating: 0, count: vocabularySize)
    weights = [Double](repeating: 0, count: vocabularySize)
  }

  /// Starts with the tokens that `cut` leaves of `source`, (V).
  mutating func gather(_ source: UnsafeBufferPointer<Float>, _ cut: RankedCut) {
    var (kept, ties) = (0, cut.ties)
    tokens.withUnsafeMutableBufferPointer { tokens in
      logits.withUnsafeMutableBufferPointer { logits in
        for token in source.indices where cut.keeps(source[token], ties: &ties) {
          tokens[kept] = Int32(truncatingIfNeeded: token)
          logits[kept] = source[token]
          kept += 1
        }
      }
    }
    count = kept
  }

  /// Sets the weights.
  mutating func weigh(_ temperature: Temperature, greatest: Float) {
    total = logits.withUnsafeBufferPointer { logits in
      weights.withUnsafeMutableBufferPointer { weights in
        temperature.weigh(
          UnsafeBufferPointer(rebasing: logits[..<count]), greatest: greatest,
          into: UnsafeMutableBufferPointer(rebasing: weights[..<count]))
      }
    }
  }

  /// Drops what lies outside the nucleus.
  mutating func keep(_ nucleus: TopP, using selection: inout RankedSelection) {
    let cut = logits.withUnsafeBufferPointer { logits in
      weights.withUnsafeBufferPointer { weights in
        nucleus.cut(
          UnsafeBufferPointer(rebasing: logits[..<count]),
          weights: UnsafeBufferPointer(rebasing: weights[..<count]), total: total, using: &selection)
      }
    }
    var ties = cut.ties
    compact { logit, _ in cut.keeps(logit, ties: &ties) }
  }

  /// Drops weights below that of `minP`; the greatest weight is 1.
  mutating func keep(_ minP: MinP) {
    let threshold = minP.threshold(greatestWeight: 1)
    compact { _, weight in weight >= threshold }
  }

  /// The first token at which the running sum of the weights passes `fraction`, 0 ≤ fraction < 1, of their
  /// total; never one of weight 0. `nil` if rounding keeps the sum below.
  func token(at fraction: Double) -> Int? {
    let target = fraction * total
    return weights.withUnsafeBufferPointer { weights in
      var sum = 0.0
      for index in 0..<count where weights[index] > 0 {
        sum += weights[index]
        if target < sum { return Int(tokens[index]) }
      }
      return nil
    }
  }

  @inline(__always)
  private mutating func compact(_ isKept: (_ logit: Float, _ weight: Double) -> Bool) {
    var (kept, sum) = (0, 0.0)
    tokens.withUnsafeMutableBufferPointer { tokens in
      logits.withUnsafeMutableBufferPointer { logits in
        weights.withUnsafeMutableBufferPointer { weights in
          for index in 0..<count where isKept(logits[index], weights[index]) {
            tokens[kept] = tokens[index]
            logits[kept] = logits[index]
            weights[kept] = weights[index]
            sum += weights[index]
            kept += 1
          }
        }
      }
    }
    (count, total) = (kept, sum)
  }
}

extension RankedCut {
  /// Whether the next logit stays, `ties` counting how many more of the threshold itself may.
  @inline(__always)
  fileprivate func keeps(_ logit: Float, ties: inout Int) -> Bool {
    if logit > threshold { return true }
    guard logit == threshold, ties > 0 else { return false }
    ties -= 1
    return true
  }
}
