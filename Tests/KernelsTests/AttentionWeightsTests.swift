import Foundation
import TestSupport
import Testing

@testable import GPT2Kernels

/// One head's weights against plain softmax in double precision.
@Suite struct AttentionWeightsTests {
  @Test(arguments: [(1, 1), (2, 5), (17, 16), (65, 11), (130, 64)])
  func everyRow(positions: Int, size: Int) {
    // Columns of a wider matrix, as heads lie.
    let qkv = Buffer(positions, 3 * size, gap: 3, seed: 4, scale: 3)
    let (queries, keys) = (qkv.matrix.columns(0..<size), qkv.matrix.columns(size..<2 * size))
    expectSameBits { workers in
      let weights = Buffer(unset: positions, positions, gap: 2)
      AttentionWeights.compute(queries: queries, keys: keys, into: weights.matrix, on: workers)
      #expect(weights.gapsAreIntact)
      return weights.values
    }
    let weights = Buffer(unset: positions, positions)
    AttentionWeights.compute(queries: queries, keys: keys, into: weights.matrix, on: Workers(count: 2))
    for row in 0..<positions {
      let scores = (0...row).map { key in
        (0..<size).reduce(0.0) { $0 + Double(queries[row][$1]) * Double(keys[key][$1]) }
          / Double(size).squareRoot()
      }
      let largest = scores.max() ?? 0
      let exponentials = scores.map { exp($0 - largest) }
      let total = exponentials.reduce(0, +)
      expectClose(Array(weights.matrix[row][0...row]), exponentials.map { $0 / total }, within: 1e-5)
      #expect(weights.matrix[row][(row + 1)...].allSatisfy { $0 == 0 })
    }
  }

  /// Scores of a thousand would overflow.
  @Test func largeScores() {
    let queries = Buffer(2, 1, [1, 1000])
    let keys = Buffer(2, 1, [3, 5])
    let weights = Buffer(unset: 2, 2)
    AttentionWeights.compute(
      queries: queries.matrix, keys: keys.matrix, into: weights.matrix, on: Workers(count: 1))
    #expect(weights.values == [1, 0, 0, 1])
  }
}
