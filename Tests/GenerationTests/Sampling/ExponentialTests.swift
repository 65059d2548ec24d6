import Foundation
import TestSupport
import Testing

@testable import GPT2Generation

/// Against the C library's exponential and logarithm.
@Suite struct ExponentialTests {
  @Test func everywhereItIsWithinTwoUnitsInTheLastPlace() {
    var random = SeededRandom(seed: 1)
    var worst = 0.0
    for scale in [1e-9, 0.3, 1, 20, 707] {
      for _ in 0..<2000 {
        let x = -scale * Double.random(in: 0...1, using: &random)
        worst = max(worst, abs(exponential(of: x) / exp(x) - 1))
      }
    }
    #expect(worst < 4e-16)
  }

  /// Where n changes, and r is largest.
  @Test(arguments: 0...1019)
  func halfwayBetweenPowersOfTwo(n: Int) {
    for x in [-(Double(n) + 0.5) * M_LN2, (-(Double(n) + 0.5) * M_LN2).nextUp, -Double(n) * M_LN2] {
      #expect(abs(exponential(of: x) / exp(x) - 1) < 4e-16)
    }
  }

  @Test func theEnds() {
    #expect(exponential(of: 0) == 1)
    #expect(exponential(of: -0.0) == 1)
    #expect(exponential(of: -707) > 0)
    for x in [Double(-707).nextDown, -708, -745, -1e300, -.infinity] as [Double] {
      #expect(exponential(of: x) == 0)
    }
  }

  /// Every lane, and others beside it.
  private func exponential(of x: Double) -> Double {
    var results = Set<Double>()
    for lane in 0..<8 {
      var vector = SIMD8<Double>(repeating: -1)
      vector[lane] = x
      results.insert(GPT2Generation.Exponential.ofNonPositive(vector)[lane])
    }
    #expect(results.count == 1)
    return results.first ?? .nan
  }
}

@Suite struct LogSumExpTests {
  @Test(arguments: [1, 2, 7, 8, 9, 15, 16, 17, 1003])
  func anyNumberOfLogits(count: Int) {
    var random = SeededRandom(seed: UInt64(count))
    for offset: Float in [0, -90, 3000] {
      let logits = random.floats(count, scale: 12).map { $0 + offset }
      let greatest = logits.max() ?? 0
      let sum = logits.reduce(0) { $0 + exp(Double($1) - Double(greatest)) }
      expect(logits, Double(greatest) + log(sum))
    }
  }

  @Test func workedOutByHand() {
    expect([5], 5)
    expect([0, 0, 0, 0], log(4))
    expect([0x1p100, 0x1p100], 0x1p100)
    expect([-.infinity, -2, -.infinity], -2)
    expect([.greatestFiniteMagnitude, -.greatestFiniteMagnitude], Double(Float.greatestFiniteMagnitude))
    expect([Float](repeating: -100, count: 50_257), log(50_257) - 100)
  }

  private func expect(_ logits: [Float], _ value: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    let found = logits.withUnsafeBufferPointer { LogSumExp.value(of: $0, greatest: logits.max() ?? 0) }
    #expect(abs(found - value) <= 1e-14 * max(1, abs(value)), sourceLocation: sourceLocation)
  }
}
