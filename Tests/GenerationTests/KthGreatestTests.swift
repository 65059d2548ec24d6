import TestSupport
import Testing

@testable import Generation

/// Against sorting.
@Suite struct KthGreatestTests {
  @Test(arguments: [1, 2, 3, 17, 255, 256, 257, 1003])
  func randomValues(count: Int) {
    var random = SeededRandom(seed: UInt64(count))
    check(random.floats(count, scale: 40))
    check(random.floats(count, scale: 1e-38).map { $0 * 1e-3 })
    check((0..<count).map { _ in Float(Int.random(in: -3...3, using: &random)) })
    check((0..<count).map { _ in Float.greatestFiniteMagnitude * (Bool.random(using: &random) ? 1 : -1) })
  }

  @Test func specialValues() {
    check([0, -0.0, 1, -1, .infinity, -.infinity, .leastNonzeroMagnitude, -.leastNonzeroMagnitude])
    check([Float](repeating: -.infinity, count: 5))
    check([-0.0, 0, -0.0, 0])
  }

  @Test func neighbouringValues() {
    check([1, Float(1).nextUp, Float(1).nextDown, -1, Float(-1).nextUp, Float(-1).nextDown])
  }

  private func check(_ values: [Float]) {
    let sorted = values.sorted(by: >)
    values.withUnsafeBufferPointer { buffer in
      let ranks = Set([1, 2, 3, values.count / 2, values.count - 1, values.count])
      for k in ranks.intersection(1...values.count) {
        #expect(buffer.greatest(k) == sorted[k - 1])
      }
    }
  }
}
