import TestSupport
import Testing

@testable import GPT2Generation

/// Top-k's selection against sorting.
@Suite struct TopKTests {
  @Test(arguments: [1, 2, 3, 17, 255, 256, 257, 1003, 5000])
  func randomLogits(count: Int) {
    var random = SeededRandom(seed: UInt64(count))
    check(random.floats(count, scale: 40))
    check(random.floats(count, scale: 3).map { $0 - 80 })
    check(random.floats(count, scale: 1e-38).map { $0 * 1e-3 })
    check((0..<count).map { _ in Float(Int.random(in: -3...3, using: &random)) })
    check((0..<count).map { _ in Float.greatestFiniteMagnitude * (Bool.random(using: &random) ? 1 : -1) })
    check((0..<count).map { _ in Bool.random(using: &random) ? -.infinity : 1 })
  }

  /// Orders that make the bound on the k-th greatest logit poor.
  @Test func orderedLogits() {
    check((0..<4000).map { Float($0) })
    check((0..<4000).map { -Float($0) })
    check((0..<4000).map { Float($0 / 256) })
    check([Float](repeating: 2, count: 4000))
    check([Float](repeating: 2, count: 3999) + [3])
  }

  @Test func specialValues() {
    check([0, -0.0, 1, -1, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude])
    check([Float](repeating: -.infinity, count: 5))
    check([-0.0, 0, -0.0, 0])
    check([1, Float(1).nextUp, Float(1).nextDown, -1, Float(-1).nextUp, Float(-1).nextDown])
  }

  @Test func tiesAreCounted() {
    #expect(cut([1, 2, 1, 3, 1], 1) == RankedCut(threshold: 3, ties: 1))
    #expect(cut([1, 2, 1, 3, 1], 2) == RankedCut(threshold: 2, ties: 1))
    #expect(cut([1, 2, 1, 3, 1], 3) == RankedCut(threshold: 1, ties: 1))
    #expect(cut([1, 2, 1, 3, 1], 4) == RankedCut(threshold: 1, ties: 2))
    for k in [5, 6, .max] { #expect(cut([1, 2, 1, 3, 1], k) == RankedCut.none) }
  }

  private func check(_ logits: [Float], sourceLocation: SourceLocation = #_sourceLocation) {
    let sorted = logits.sorted(by: >)
    let ranks = Set([1, 2, 3, 40, logits.count / 30, logits.count / 2, logits.count - 1])
    for k in ranks where k >= 1 && k < logits.count {
      let threshold = sorted[k - 1]
      let ties = k - sorted.count { $0 > threshold }
      #expect(
        cut(logits, k) == RankedCut(threshold: threshold, ties: ties), "k = \(k)",
        sourceLocation: sourceLocation)
    }
  }

  private func cut(_ logits: [Float], _ k: Int) -> RankedCut {
    // What another use left must not matter.
    var selection = usedSelection()
    return logits.withUnsafeBufferPointer { TopK(count: k).cut($0, using: &selection) }
  }
}

@Suite struct TopPTests {
  /// Eighths, whose sums are exact.
  @Test func workedOutByHand() {
    let (logits, weights): ([Float], [Double]) = ([1, 3, 2, 1], [1, 4, 2, 1])
    #expect(cut(logits, weights, 0.001) == RankedCut(threshold: 3, ties: 1))
    #expect(cut(logits, weights, 0.5) == RankedCut(threshold: 3, ties: 1))
    #expect(cut(logits, weights, 0.5.nextUp) == RankedCut(threshold: 2, ties: 1))
    #expect(cut(logits, weights, 0.75) == RankedCut(threshold: 2, ties: 1))
    #expect(cut(logits, weights, 0.75.nextUp) == RankedCut(threshold: 1, ties: 1))
    #expect(cut(logits, weights, 0.875) == RankedCut(threshold: 1, ties: 1))
    #expect(cut(logits, weights, 0.875.nextUp) == RankedCut(threshold: 1, ties: 2))
    #expect(cut(logits, weights, 1.nextDown) == RankedCut(threshold: 1, ties: 2))
    #expect(cut(logits, weights, 1) == RankedCut.none)
  }

  @Test(arguments: [0.001, 0.5, 1])
  func oneTokenLeft(p: Double) {
    #expect([RankedCut(threshold: -7, ties: 1), .none].contains(cut([-7], [1], p)))
  }

  /// All equal: as many as it takes, however many there are.
  @Test(arguments: [(0.25, 1), (0.26, 2), (0.5, 2), (0.75, 3), (0.76, 4)])
  func allEqual(p: Double, quarters: Int) {
    let cut = cut([Float](repeating: 5, count: 1024), [Double](repeating: 1, count: 1024), p)
    #expect(cut.threshold == 5)
    #expect(cut.ties <= quarters * 256 && cut.ties > (quarters - 1) * 256)
    if [0.25, 0.5, 0.75].contains(p) { #expect(cut.ties == quarters * 256) }
  }

  /// The smallest set, found by sorting. Equal logits have equal weights.
  @Test(arguments: [2, 3, 10, 100, 1003, 6000], [0.3, 2, 15] as [Float])
  func againstSorting(count: Int, scale: Float) {
    var random = SeededRandom(seed: UInt64(count))
    for coarse in [false, true] {
      let logits = random.floats(count, scale: scale).map { coarse ? $0.rounded() - 90 : $0 }
      let weights = logits.map { exponential(Double($0)) }
      let total = weights.reduce(0, +)
      let sorted = logits.sorted(by: >)
      for p in [0.01, 0.3, 0.77, 0.9, 0.95, 0.999, 1 - 1e-9] {
        var (sum, size) = (0.0, 0)
        while size < count, sum < p * total {
          sum += exponential(Double(sorted[size]))
          size += 1
        }
        let cut = cut(logits, weights, p)
        #expect(logits.count { $0 > cut.threshold } + cut.ties == size, "p = \(p)")
        #expect(cut.threshold == sorted[size - 1])
      }
    }
  }

  /// A target just out of the sums' reach by rounding keeps all and does not run off the end.
  @Test func roundingThatNeverReachesTheTarget() {
    let logits = (0..<1000).map { -Float($0) }
    let weights = (0..<1000).map { 1 / Double($0 + 3) }
    var selection = usedSelection()
    logits.withUnsafeBufferPointer { logits in
      weights.withUnsafeBufferPointer { selection.load(logits, weights: $0, from: .leastNormalMagnitude) }
    }
    let cut = selection.cut(reaching: weights.reduce(0, +) * (1 + 1e-12))
    #expect(cut == RankedCut(threshold: -999, ties: 1))
  }

  private func cut(_ logits: [Float], _ weights: [Double], _ p: Double) -> RankedCut {
    var selection = usedSelection()
    return logits.withUnsafeBufferPointer { logits in
      weights.withUnsafeBufferPointer {
        TopP(probability: p).cut(
          logits, weights: $0, total: weights.reduce(0, +), using: &selection)
      }
    }
  }
}

/// A selection that has been used for something else.
private func usedSelection() -> RankedSelection {
  var selection = RankedSelection()
  [1e9, 5e9, 7].withUnsafeBufferPointer { selection.load($0, from: 0) }
  _ = selection.cut(reaching: 2)
  return selection
}
