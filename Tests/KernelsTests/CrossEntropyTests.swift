import Foundation
import GPT2Kernels
import TestSupport
import Testing

@Suite("CrossEntropy") struct CrossEntropyTests {
  /// Each row's −log p of its target, over the first `vocabulary` columns.
  static func reference(_ logits: Buffer, vocabulary: Int, _ targets: [Int32]) -> [Double] {
    targets.indices.map { row in
      let x = logits.matrix[row].prefix(vocabulary).map(Double.init)
      let largest = x.max()!
      return log(x.reduce(0) { $0 + exp($1 - largest) }) + largest - x[Int(targets[row])]
    }
  }

  func losses(_ logits: Buffer, vocabulary: Int, _ targets: [Int32], on workers: Workers) -> [Float] {
    let losses = Buffer(unset: 1, targets.count)
    withTokens(targets) {
      CrossEntropy.loss(
        logits: logits.matrix, vocabularySize: vocabulary, targets: $0, into: losses.flat, on: workers)
    }
    return losses.values
  }

  func lossesAndGradient(
    _ logits: Buffer, vocabulary: Int, _ targets: [Int32], scale: Float = 1, on workers: Workers
  ) -> [Float] {
    let losses = Buffer(unset: 1, targets.count)
    withTokens(targets) {
      CrossEntropy.lossAndGradient(
        logits: logits.matrix, vocabularySize: vocabulary, targets: $0, scale: scale, into: losses.flat,
        on: workers)
    }
    return losses.values
  }

  static func targets(_ count: Int, below vocabulary: Int) -> [Int32] {
    (0..<count).map { Int32(($0 * 7 + vocabulary - 1) % vocabulary) }
  }

  @Test("Loss and gradient, with padded columns that hold anything", arguments: oddSizes)
  func values(vocabulary: Int) {
    for padding in [0, 1, 19] {
      let logits = Buffer(7, vocabulary + padding, gap: 2, seed: 1, scale: 5)
      for row in 0..<7 {
        for column in 0..<padding { logits.matrix[row][vocabulary + column] = column == 0 ? .nan : 1e30 }
      }
      let targets = Self.targets(7, below: vocabulary)
      let expected = Self.reference(logits, vocabulary: vocabulary, targets)
      let before = logits.values.map(\.bitPattern)
      expectClose(losses(logits, vocabulary: vocabulary, targets, on: Workers(count: 2)), expected)
      #expect(logits.values.map(\.bitPattern) == before)

      let gradient = gradients(logits, vocabulary: vocabulary, padding: padding, targets, scale: 0.25)
      expectClose(
        lossesAndGradient(logits, vocabulary: vocabulary, targets, scale: 0.25, on: Workers(count: 2)),
        expected)
      // Not relative to the largest: with a vocabulary of one token the gradient is 0.
      let errors = zip(logits.values, gradient).map { abs(Double($0) - $1) }
      #expect(errors.max()! <= 0.25 * 1e-6)
      #expect(logits.gapsAreIntact)
    }
  }

  private func gradients(
    _ logits: Buffer, vocabulary: Int, padding: Int, _ targets: [Int32], scale: Double
  ) -> [Double] {
    targets.indices.flatMap { row in
      let x = logits.matrix[row].prefix(vocabulary).map(Double.init)
      let gradient = FiniteDifferences.gradient(at: x) { x in
        scale * (log(x.reduce(0) { $0 + exp($1) }) - x[Int(targets[row])])
      }
      return gradient + [Double](repeating: 0, count: padding)
    }
  }

  @Test("Logits of ±10 000 give finite losses")
  func extremes() {
    let rows: [[Float]] = [
      [1e4, -1e4, 0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4], [-3e38, -3e38, -3e38], [0, -.infinity, 0],
    ]
    let logits = Buffer(5, 3, rows.flatMap { $0 })
    let expected: [Float] = [2e4, log(3), log(3), log(3), log(2)]
    for (loss, expected) in zip(
      losses(logits, vocabulary: 3, [1, 1, 1, 1, 0], on: Workers(count: 1)), expected)
    {
      #expect(abs(loss - expected) <= 1e-6 * expected)
    }
    _ = lossesAndGradient(logits, vocabulary: 3, [1, 1, 1, 1, 0], on: Workers(count: 1))
    #expect(logits.values.allSatisfy { $0.isFinite })
    #expect(Array(logits.matrix[0]) == [1, -1, 0])
  }

  @Test("One NaN anywhere makes the row's loss NaN, and no other row's", arguments: [0, 5, 15, 16, 40])
  func notANumber(column: Int) {
    let logits = Buffer(3, 41, seed: 1)
    logits.matrix[1][column] = .nan
    for isGradient in [false, true] {
      let targets: [Int32] = [3, 3, 3]
      let values =
        isGradient
        ? lossesAndGradient(logits, vocabulary: 41, targets, on: Workers(count: 1))
        : losses(logits, vocabulary: 41, targets, on: Workers(count: 1))
      #expect(values[0].isFinite && values[1].isNaN && values[2].isFinite)
    }
  }

  @Test("The same bits on any number of threads")
  func sameBits() {
    let targets = Self.targets(60, below: 1000)
    expectSameBits { workers in
      let logits = Buffer(60, 1001, seed: 1)
      let losses = losses(logits, vocabulary: 1000, targets, on: workers)
      return losses + lossesAndGradient(logits, vocabulary: 1000, targets, on: workers) + logits.values
    }
  }
}
