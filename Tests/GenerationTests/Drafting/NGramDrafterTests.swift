import TestSupport
import Testing

@testable import GPT2Generation

@Suite struct NGramDrafterTests {
  @Test(
    arguments: [
      // Nothing to look up, or no pair that stood before.
      ([], 4, []), ([1], 4, []), ([1, 2], 4, []), ([1, 2, 3, 4], 4, []), ([1, 2, 3, 1], 4, []),
      ([1, 2, 9, 8, 7, 1, 2], 3, [9, 8, 7]),
      ([1, 2, 9, 8, 7, 1, 2], 1, [9]),
      ([1, 2, 9, 8, 7, 1, 2], 0, []),
      // The longer one, although the shorter is later.
      ([5, 1, 2, 30, 6, 1, 2, 40, 5, 1, 2], 2, [30, 6]),
      // Of equally long ones the later.
      ([5, 1, 2, 30, 5, 1, 2, 40, 5, 1, 2], 2, [40, 5]),
      // Beyond the end of the text it repeats.
      ([7, 1, 2, 3, 1, 2], 7, [3, 1, 2, 3, 1, 2, 3]),
      ([4, 4], 3, []), ([4, 4, 4], 3, [4, 4, 4]),
      ([1, 2, 1, 2, 1, 2], 5, [1, 2, 1, 2, 1]),
    ] as [([Int32], Int, [Int32])])
  func whatFollowed(tokens: [Int32], count: Int, expected: [Int32]) {
    #expect(NGramDrafter.continuation(of: tokens, count: count) == expected)
  }

  /// Against looking at every place and every length.
  @Test func randomTexts() {
    var random = SeededRandom(seed: 8)
    for _ in 0..<2000 {
      let tokens = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        Int32.random(in: 0..<3, using: &random)
      }
      var expected: [Int32] = []
      search: for length in stride(from: NGramDrafter.longest, through: NGramDrafter.shortest, by: -1) {
        for start in (0..<max(0, tokens.count - length)).reversed()
        where Array(tokens[start..<start + length]) == Array(tokens.suffix(length)) {
          var text = tokens
          for place in 0..<6 { text.append(text[start + length + place]) }
          expected = Array(text.suffix(6))
          break search
        }
      }
      #expect(NGramDrafter.continuation(of: tokens, count: 6) == expected, "\(tokens)")
    }
  }
}
