import Testing

@testable import Benchmarks

/// The loops compute what they say, so that their speed is the speed of something.
@Suite struct PeakLoopsTests {
  /// Chains start at 0, 1, … 11; each lane of a vector holds the same.
  @Test(arguments: [(0, 66), (1, 66 * 0.5 + 12), (2, 66 * 0.25 + 12 * 1.5)] as [(Int, Float)])
  func multiplyAdd(rounds: Int, sum: Float) {
    let lanes = Float(PeakLoops.operationsPerRound / (12 * 2))
    #expect(PeakLoops.multiplyAdd(rounds: rounds, x: 0.5, y: 1) == sum * lanes)
  }

  /// Chains start at 0, 1, … 15; each round adds ½·¼ twice to each lane.
  @Test(arguments: [(0, 120), (1, 120 + 16 * 0.25), (8, 120 + 16 * 2)] as [(Int, Float)])
  func bf16Products(rounds: Int, sum: Float) {
    #expect(PeakLoops.addBF16Products(rounds: rounds, x: 0.5, y: 0.25) == sum * 16)
  }

  @Test func memory() {
    var values = [Float](repeating: 2, count: 64 * 3)
    values.withUnsafeMutableBufferPointer {
      PeakLoops.update($0, by: 1.5)
      #expect(PeakLoops.read($0) == 3 * 64 * 3)
    }
    #expect(values.allSatisfy { $0 == 3 })
  }
}
