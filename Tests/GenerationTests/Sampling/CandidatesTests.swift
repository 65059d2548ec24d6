import TestSupport
import Testing

@testable import GPT2Generation

@Suite struct TemperatureTests {
  @Test(arguments: [1, 2, 7, 8, 9, 16, 17, 1003], [0.3, 1, 2.5] as [Float])
  func weightsAndTheirSum(count: Int, temperature: Float) {
    var random = SeededRandom(seed: UInt64(count))
    let logits = random.floats(count, scale: 12).map { $0 - 60 }
    let greatest = logits.max() ?? 0
    let (weights, total) = weigh(logits, temperature)
    let expected = logits.map { exponential((Double($0) - Double(greatest)) / Double(temperature)) }
    // The quotients are rounded to fp32.
    #expect(Closeness.error(of: weights, against: expected) < 1e-6)
    #expect(abs(total / weights.reduce(0, +) - 1) < 1e-14)
    #expect(weights.max() == 1)
  }

  @Test func theEnds() {
    let most = Float.greatestFiniteMagnitude
    #expect(weigh([5], 3) == ([1], 1))
    #expect(weigh([2, 2, 2], 0.7) == ([1, 1, 1], 3))
    #expect(weigh([-.infinity, 0, -.infinity], 1) == ([0, 1, 0], 1))
    #expect(weigh([most, -most, -.infinity], 1) == ([1, 0, 0], 1))
    #expect(weigh([1, Float(1).nextDown], .leastNonzeroMagnitude) == ([1, 0], 1))
    #expect(weigh([7, -7], most) == ([1, 1], 2))
  }

  private func weigh(_ logits: [Float], _ temperature: Float) -> ([Double], Double) {
    var weights = [Double](repeating: .nan, count: logits.count)
    let total = logits.withUnsafeBufferPointer { logits in
      weights.withUnsafeMutableBufferPointer {
        Temperature(value: temperature).weigh(logits, greatest: logits.max() ?? 0, into: $0)
      }
    }
    return (weights, total)
  }
}

@Suite struct CandidatesTests {
  @Test func aCutKeepsTheFirstOfTheTies() {
    let logits: [Float] = [1, 2, 1, 3, 1, -.infinity]
    #expect(drawable(candidates(logits, .none)) == [0, 1, 2, 3, 4])
    #expect(drawable(candidates(logits, RankedCut(threshold: 1, ties: 2))) == [0, 1, 2, 3])
    #expect(drawable(candidates(logits, RankedCut(threshold: 2, ties: 1))) == [1, 3])
    #expect(drawable(candidates(logits, RankedCut(threshold: 3, ties: 1))) == [3])
    #expect(drawable(candidates(logits, RankedCut(threshold: -.infinity, ties: 1))) == [0, 1, 2, 3, 4])
  }

  /// A token whose probability is just p times the largest stays; with the next greater p it goes.
  @Test func theBoundaryOfMinP() throws {
    let logits: [Float] = [0, -1, 2, 1, 1, 0]
    let weight = exponential(-2)
    for (p, tokens) in [
      (weight, [0, 2, 3, 4, 5]), (weight.nextUp, [2, 3, 4]), (1, [2]), (0, [0, 1, 2, 3, 4, 5]),
    ] {
      var candidates = candidates(logits, .none)
      candidates.keep(MinP(ratio: p))
      #expect(drawable(candidates) == tokens)
    }
  }

  @Test func minPWithTiesForTheGreatest() {
    var candidates = candidates([4, 1, 4, -9, 4], .none)
    candidates.keep(MinP(ratio: 1))
    #expect(drawable(candidates) == [0, 2, 4])
    #expect(candidates.total == 3)
  }

  @Test func theNucleusOfEqualTokensIsTheFirstOfThem() {
    for (p, count) in [(0.125, 1), (0.126, 2), (0.5, 4), (0.999, 8), (1, 8)] {
      var candidates = candidates([Float](repeating: -3, count: 8), .none)
      var selection = RankedSelection()
      candidates.keep(TopP(probability: p), using: &selection)
      #expect(drawable(candidates) == Array(0..<count))
      #expect(candidates.total == Double(count))
    }
  }

  /// The token at a fraction of the total: each has as much of [0, 1) as its weight.
  @Test func theFractionsOfTheTotal() {
    let candidates = candidates([2, -.infinity, 2, -5000, 2, 2], .none)
    let tokens = [0, 0.25.nextDown, 0.25, 0.5.nextDown, 0.5, 0.75.nextDown, 0.75, 1.nextDown].map {
      candidates.token(at: $0)
    }
    #expect(tokens == [0, 0, 2, 2, 4, 4, 5, 5])
  }

  private func candidates(_ logits: [Float], _ cut: RankedCut) -> Candidates {
    var candidates = Candidates(vocabularySize: logits.count)
    logits.withUnsafeBufferPointer { candidates.gather($0, cut) }
    candidates.weigh(Temperature(value: 1), greatest: logits.max() ?? 0)
    return candidates
  }

  /// The tokens at many fractions, in order.
  private func drawable(_ candidates: Candidates) -> [Int] {
    let tokens = (0..<1000).compactMap { candidates.token(at: Double($0) / 1000) }
    #expect(Set(tokens).count == candidates.count)
    return Set(tokens).sorted()
  }
}
