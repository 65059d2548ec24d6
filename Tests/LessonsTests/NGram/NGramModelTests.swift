import BinaryFiles
import Foundation
import Lessons
import TestSupport
import Testing

@Suite struct NGramModelTests {
  /// Counted by looking at every place of the text, and divided in double precision.
  private static func probability(
    of next: Int, after context: [Int], in tokens: [Int], _ vocabularySize: Int, _ smoothing: Double
  ) -> Double {
    func count(_ run: [Int]) -> Double {
      Double(tokens.indices.filter { Array(tokens[$0...].prefix(run.count)) == run }.count)
    }
    let total = (0..<vocabularySize).reduce(0.0) { $0 + count(context + [$1]) + smoothing }
    return total > 0 ? (count(context + [next]) + smoothing) / total : 1 / Double(vocabularySize)
  }

  @Test(arguments: 1...5, [Float(0), 0.1, 1])
  func probabilitiesAreCounts(order: Int, smoothing: Float) throws {
    var random = SeededRandom(seed: UInt64(order))
    let tokens = (0..<60).map { _ in Int.random(in: 0..<3, using: &random) }
    var model = try NGramModel(order: order, vocabularySize: 3, smoothing: smoothing)
    model.train(tokens)
    #expect(model.counts.reduce(0, +) == UInt32(60 - order + 1))
    for _ in 0..<20 {
      let context = (0..<order - 1).map { _ in Int.random(in: 0..<3, using: &random) }
      let found = model.probabilities(after: context)
      #expect(abs(found.reduce(0, +) - 1) < 1e-6)
      for next in 0..<3 {
        let expected = Self.probability(of: next, after: context, in: tokens, 3, Double(smoothing))
        #expect(abs(Double(found[next]) - expected) < 1e-6)
      }
    }
    let losses = (order - 1..<60).map { place in
      -log(
        Self.probability(
          of: tokens[place], after: Array(tokens[place - order + 1..<place]), in: tokens, 3,
          Double(smoothing)))
    }
    #expect(abs(model.loss(of: tokens) - losses.reduce(0, +) / Double(losses.count)) < 1e-5)
  }

  @Test func whatIsImpossibleHasNoFiniteLoss() throws {
    var model = try NGramModel(order: 2, vocabularySize: 2, smoothing: 0)
    model.train([0, 0, 0])
    #expect(model.loss(of: [0, 1]) == .infinity)
    #expect(try model.smoothed(by: 1).loss(of: [0, 1]) < .infinity)
  }

  @Test func samplesFollowTheProbabilities() throws {
    var model = try NGramModel(order: 1, vocabularySize: 3, smoothing: 0)
    model.train([0, 0, 1, 2])
    var units: [Float] = [0, 0.49, 0.5, 0.74, 0.75, 0.999]
    #expect(model.sample(6, from: 0) { units.removeFirst() } == [0, 0, 1, 1, 2, 2])
  }

  @Test func refusesWhatItCannotCount() {
    for order in [Int.min, -1, 0, 6, Int.max] {
      #expect(throws: NGramError.order(order)) {
        try NGramModel(order: order, vocabularySize: 27, smoothing: 0.1)
      }
    }
    for smoothing in [-0.1, Float.infinity, 2e6] {
      #expect(throws: NGramError.smoothing(smoothing)) {
        try NGramModel(order: 2, vocabularySize: 27, smoothing: smoothing)
      }
    }
  }

  @Test func namesBecomeTokensAndBack() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array("ab\nz\n".utf8), to: "names.txt")
    #expect(try NameFile(path: path).tokens == [1, 2, 0, 26, 0])
    #expect(NameFile.text([1, 2, 0, 26, 0]) == "ab\nz\n")
    // Without the last line's end.
    _ = try directory.write(Array("ab\nz".utf8), to: "names.txt")
    #expect(try NameFile(path: path).tokens == [1, 2, 0, 26, 0])
  }

  @Test(arguments: [
    ("anna\nBob\n", 2, "Bob"), ("zoë\n", 1, "zoë"), ("anna\r\n", 1, "anna\r"), ("a b\n", 1, "a b"),
  ])
  func refusesOtherCharacters(text: String, line: Int, found: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "names.txt")
    let cause = expectFileError(path) { _ = try NameFile(path: path) }
    #expect(
      cause
        == .unparsableText(line: line, found: found, expected: "a name of the letters a to z alone"))
  }

  @Test(arguments: ["", "\n\n"])
  func refusesAListWithoutNames(text: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "names.txt")
    guard case .mismatch("no name", _, _) = expectFileError(path, { _ = try NameFile(path: path) }) else {
      Issue.record("expected an error about no name")
      return
    }
  }
}
