import Foundation
import GPT2Kernels
@testable import GPT2Lessons
import TestSupport
import Testing

@Suite struct CountingComparisonTests {
  // Contexts of two tokens of three.
  private static let training: [Int32] = [0, 1, 2, 0, 1, 2, 0, 1, 0, 0, 1]
  private static let text: [Int32] = [0, 1, 2, 2, 0, 1, 0]

  private func comparison() throws -> CountingComparison {
    let shape = NeuralNGramShape(vocabularySize: 3, contextLength: 2, embeddingSize: 4, hiddenSize: 5)
    let parameters = try NeuralNGramParameters(random: shape, seed: 9)
    var counting = NGramModel(order: 3, vocabularySize: 3, smoothing: 0.5)
    counting.train(on: Self.training.map(Int.init))
    return CountingComparison(
      counting: counting, neural: try NeuralNGram(parameters, batchSize: 8, workers: Workers(count: 1)),
      training: Self.training, text: Self.text)
  }

  @Test func countingIsWhatWasCountedByHand() throws {
    let context = try comparison().context([0, 1])
    // After 0 1 came 2 twice and 0 once; at the end nothing did.
    #expect(context.seen == 3)
    #expect(Closeness.error(of: context.counting, against: [1.0 / 3, 1.0 / 9, 5.0 / 9]) < 1e-15)
    #expect(context.followed == [1, 0, 1])
    #expect(context.frequencies == [0.5, 0, 0.5])
    // −ln ⅓ − ln 5⁄9
    let expected = log(5.4)
    #expect(abs(context.countingSum - expected) < 1e-12)
    let never = try comparison().context([1, 1])
    #expect(never.seen == 0 && never.occurrences == 0 && never.frequencies == nil && never.gain == 0)
    #expect(never.counting == [Double](repeating: 1.0 / 3, count: 3))
  }

  @Test func groupsShareOutAllWindows() throws {
    let comparison = try comparison()
    #expect(comparison.contexts.map(\.tokens) == [[0, 1], [1, 2], [2, 0], [2, 2]])
    #expect(comparison.losses.windows == 5)
    let groups = comparison.familiarities
    #expect(groups.map(\.name) == ["0", "1–2", "3–9"])
    #expect(groups.map(\.losses.windows) == [1, 2, 2])
    let sum = groups.reduce(0.0) { $0 + $1.losses.neural * Double($1.losses.windows) }
    #expect(abs(sum / 5 - comparison.losses.neural) < 1e-12)
    // Of the model itself, over the same windows.
    let batch = ContextBatch(contexts: [0, 1, 1, 2, 2, 2, 2, 0, 0, 1], targets: [2, 2, 0, 1, 0])
    #expect(abs(comparison.neural.loss(of: batch) - comparison.losses.neural) < 1e-6)
  }

  @Test func extremesAreOnEachSide() throws {
    let comparison = try comparison()
    let extremes = comparison.extremes(2)
    #expect(extremes.neural.allSatisfy { $0.gain > 0 } && extremes.counting.allSatisfy { $0.gain < 0 })
    #expect(extremes.neural.first?.gain == comparison.contexts.map(\.gain).max())
    #expect(extremes.counting.first?.gain == comparison.contexts.map(\.gain).min())
    // Once a context has three windows, those with fewer no longer count.
    let often = CountingComparison(
      counting: comparison.counting, neural: comparison.neural, training: Self.training,
      text: Self.text + [0, 1, 0, 1])
    #expect(often.contexts.filter { $0.occurrences >= 3 }.map(\.tokens) == [[0, 1]])
    let shown = often.extremes(2)
    #expect((shown.neural + shown.counting).map(\.tokens) == [[0, 1]])
  }
}
