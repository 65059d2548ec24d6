import GPT2Kernels
import TestSupport
import Testing

@Suite("GreedyMatch") struct GreedyMatchTests {
  private func matches(
    _ logits: Buffer, vocabulary: Int, _ targets: [Int32], on workers: Workers = Workers(count: 1)
  ) -> [Bool] {
    var matches = [Bool](repeating: false, count: targets.count)
    matches.withUnsafeMutableBufferPointer { matches in
      withTokens(targets) {
        GreedyMatch.matches(
          logits: logits.matrix, vocabularySize: vocabulary, targets: $0, into: matches, on: workers)
      }
    }
    return matches
  }

  /// Every token of every row, next to padded columns that are larger than any logit.
  @Test("Only the greatest matches", arguments: oddSizes)
  func greatest(vocabulary: Int) {
    let rows = 5
    let logits = Buffer(rows, vocabulary + 2, gap: 3, seed: UInt64(vocabulary), scale: 4)
    for row in 0..<rows {
      logits.matrix[row][vocabulary] = 1e30
      logits.matrix[row][vocabulary + 1] = .nan
    }
    let expected = (0..<rows).map { row in
      let x = logits.matrix[row].prefix(vocabulary)
      return x.indices.max { x[$0] < x[$1] }
    }
    for token in 0..<vocabulary {
      let targets = [Int32](repeating: Int32(token), count: rows)
      #expect(matches(logits, vocabulary: vocabulary, targets) == expected.map { $0 == token })
    }
    #expect(logits.gapsAreIntact)
  }

  @Test("Of equals the one of the lowest id matches")
  func ties() {
    var values = [Float](repeating: -2, count: 40)
    for index in [3, 17, 39] { values[index] = 1.5 }
    let logits = Buffer(40, 40, (0..<40).flatMap { _ in values })
    #expect(matches(logits, vocabulary: 40, (0..<40).map { $0 }) == (0..<40).map { $0 == 3 })
  }

  @Test("The same on any number of threads")
  func threads() {
    let logits = Buffer(60, 3, seed: 9)
    let targets = (0..<60).map { Int32($0 % 3) }
    let one = matches(logits, vocabulary: 3, targets)
    #expect(one.contains(true) && one.contains(false))
    #expect(matches(logits, vocabulary: 3, targets, on: Workers(count: 5)) == one)
  }
}
