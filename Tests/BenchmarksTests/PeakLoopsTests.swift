import Kernels
import Testing

@testable import Benchmarks

/// The loops compute what they say, so that their speed is the speed of something.
@Suite struct PeakLoopsTests {
  /// Chains start at 0, 1, … 11; each lane of a vector holds the same.
  @Test(
    arguments: KernelSet.available,
    [(0, 66), (1, 66 * 0.5 + 12), (2, 66 * 0.25 + 12 * 1.5)] as [(Int, Float)])
  func multiplyAdd(kernels: KernelSet, expected: (rounds: Int, sum: Float)) {
    let loop = kernels.peakLoop(of: .fp32)
    let lanes = Float(loop.operationsPerRound / (12 * 2))
    #expect(loop.run(expected.rounds, 0.5, 1) == expected.sum * lanes)
  }

  /// Each round adds ½·¼ twice to each lane.
  @Test(
    arguments: KernelSet.available.filter(\.multipliesPairs),
    [(0, 66), (1, 66 + 12 * 0.25), (8, 66 + 12 * 2)] as [(Int, Float)])
  func pairs(kernels: KernelSet, expected: (rounds: Int, sum: Float)) {
    let loop = kernels.peakLoop(of: .bf16)
    let lanes = Float(loop.operationsPerRound / (12 * 4))
    #expect(loop.run(expected.rounds, 0.5, 0.25) == expected.sum * lanes)
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
