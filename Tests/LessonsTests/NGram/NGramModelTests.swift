import GPT2BinaryFiles
import Foundation
import GPT2Lessons
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

  @Test(arguments: 1...5, [0, 0.1, 1])
  func probabilitiesAreCounts(order: Int, smoothing: Double) {
    var random = SeededRandom(seed: UInt64(order))
    let tokens = (0..<60).map { _ in Int.random(in: 0..<3, using: &random) }
    var model = NGramModel(order: order, vocabularySize: 3, smoothing: smoothing)
    model.train(on: tokens)
    for _ in 0..<20 {
      let context = (0..<order - 1).map { _ in Int.random(in: 0..<3, using: &random) }
      let found = model.probabilities(after: context)
      #expect(abs(found.reduce(0, +) - 1) < 1e-12)
      for next in 0..<3 {
        let expected = Self.probability(of: next, after: context, in: tokens, 3, smoothing)
        #expect(abs(found[next] - expected) < 1e-12)
      }
    }
    let losses = (order - 1..<60).map { place in
      -log(
        Self.probability(
          of: tokens[place], after: Array(tokens[place - order + 1..<place]), in: tokens, 3,
          smoothing))
    }
    #expect(abs(model.loss(of: tokens) - losses.reduce(0, +) / Double(losses.count)) < 1e-12)
  }

  @Test func whatIsImpossibleHasNoFiniteLoss() {
    var model = NGramModel(order: 2, vocabularySize: 2, smoothing: 0)
    model.train(on: [0, 0, 0])
    #expect(model.loss(of: [0, 1]) == .infinity)
    #expect(model.smoothed(by: 1).loss(of: [0, 1]) < .infinity)
  }

  @Test func refusesWhatItCannotTry() {
    func error(_ orders: [Int], _ smoothings: [Double] = [1], seed: UInt32 = 1, letters: Int = 0)
      -> NGramError?
    {
      do throws(NGramError) {
        _ = try NGramSettings(orders: orders, smoothings: smoothings, seed: seed, sampledLetters: letters)
        return nil
      } catch {
        return error
      }
    }
    #expect(error([1, 5], [0, 0.1]) == nil)
    for order in [Int.min, -1, 0, 6, Int.max] { #expect(error([2, order]) == .order(order)) }
    for smoothing in [-0.1, .infinity, 2e6] { #expect(error([2], [1, smoothing]) == .smoothing(smoothing)) }
    #expect(error([2], [.nan])?.description.contains("nan") == true)
    #expect(error([]) == .nothingToTry && error([2], []) == .nothingToTry)
    #expect(error([2], seed: 0) == .seed)
    #expect(error([2], letters: -1) == .sampledLetters(-1))
  }

  @Test func refusesAListWithoutNames() throws {
    let directory = try TemporaryDirectory()
    for text in ["", "\n\n\n\n\n\n"] {
      let path = try directory.write(Array(text.utf8), to: "train.txt")
      let cause = expectFileError(path) { _ = try NameTexts(directory: directory.path, least: 5) }
      guard case .mismatch("no name", _, _) = cause else {
        Issue.record("found \(String(describing: cause))")
        continue
      }
    }
  }
}
