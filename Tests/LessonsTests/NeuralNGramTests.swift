import GPT2Kernels
@testable import GPT2Lessons
import TestSupport
import Testing

@Suite struct NeuralNGramTests {
  private static let shape = NeuralNGramShape(
    vocabularySize: 7, contextLength: 3, embeddingSize: 5, hiddenSize: 11)
  private static let batch = ContextBatch(
    contexts: [0, 1, 2, 3, 3, 6, 6, 0, 1, 1, 1, 1], targets: [5, 0, 2, 2])

  /// The model in double precision and plain loops, with its parameters as one list.
  private static func plainLoss(_ values: [Double]) -> Double {
    var rest = values[...]
    func take(_ count: Int) -> [Double] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    let (v, t, e, h) = (shape.vocabularySize, shape.contextLength, shape.embeddingSize, shape.hiddenSize)
    let (table, w1, b1, w2, b2) = (take(v * e), take(h * t * e), take(h), take(v * h), take(v))
    let losses = batch.targets.enumerated().map { row, target in
      let x = batch.contexts[row * t..<(row + 1) * t].flatMap { table[Int($0) * e..<(Int($0) + 1) * e] }
      let hidden = (0..<h).map { unit in
        hyperbolicTangent(x.indices.reduce(b1[unit]) { $0 + w1[unit * t * e + $1] * x[$1] })
      }
      let logits = (0..<v).map { token in
        hidden.indices.reduce(b2[token]) { $0 + w2[token * h + $1] * hidden[$1] }
      }
      return -naturalLogarithm(softmax(logits)[Int(target)])
    }
    return losses.reduce(0, +) / Double(losses.count)
  }

  @Test func lossAndGradientsAreThoseOfPlainLoops() throws {
    let workers = Workers(count: 2)
    let parameters = try NeuralNGramParameters(random: Self.shape, seed: 5)
    let gradients = try NeuralNGramParameters(zeroed: Self.shape)
    // What was there before must not matter.
    gradients.values.update(repeating: 3)
    let model = try NeuralNGram(parameters, batchSize: 6, workers: workers)
    let values = parameters.values.map(Double.init)
    let expected = Self.plainLoss(values)
    #expect(abs(model.loss(of: Self.batch) - expected) < 1e-6)
    #expect(abs(model.loss(of: Self.batch, gradients: gradients) - expected) < 1e-6)
    let differences = FiniteDifferences.gradient(at: values, of: Self.plainLoss)
    #expect(Closeness.error(of: Array(gradients.values), against: differences) < 2e-6)
    #expect(values.count == Self.shape.parameterCount)
  }

  @Test func probabilitiesAreThoseOfTheLoss() throws {
    let parameters = try NeuralNGramParameters(random: Self.shape, seed: 6)
    let model = try NeuralNGram(parameters, batchSize: 1, workers: Workers(count: 1))
    for (row, target) in Self.batch.targets.enumerated() {
      let context = Self.batch.contexts[row * 3..<(row + 1) * 3]
      let probabilities = model.probabilities(after: context.map(Int.init))
      let loss = model.loss(of: ContextBatch(contexts: Array(context), targets: [target]))
      #expect(abs(-naturalLogarithm(probabilities[Int(target)]) - loss) < 1e-6)
      #expect(abs(probabilities.reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test func windowsFollowEachOtherAndBeginAgain() {
    var windows = SlidingWindows([10, 11, 12, 13, 14], contextLength: 2)
    #expect(windows.count == 3)
    #expect(windows.next(2) == ContextBatch(contexts: [10, 11, 11, 12], targets: [12, 13]))
    #expect(windows.next(2) == ContextBatch(contexts: [12, 13, 10, 11], targets: [14, 12]))
    #expect(windows.next(1) == ContextBatch(contexts: [11, 12], targets: [13]))
  }
}
