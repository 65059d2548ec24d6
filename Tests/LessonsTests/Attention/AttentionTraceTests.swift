import Foundation
import GPT2RandomNumbers
import TestSupport
import Testing

@testable import GPT2Lessons

/// Against PyTorch, which dev/reference/lessons/attention.py ran in double precision.
@Suite struct AttentionTraceTests {
  private struct Trace: Decodable {
    struct Averages: Decodable {
      var x, loop, product, softmax, query, key, value, attention: [[Double]]
    }
    struct Toy: Decodable {
      var b, c: [[Double]]
    }
    struct Bag: Decodable {
      var digits, pairs: Int
      var losses, accuracies: [Double]
    }
    struct Run: Decodable {
      var seed: UInt32
      var letters, digits, pairs, channels, headSize, batchSize: Int
      var learningRate: Double
      var firstText: String
      var start, losses, firstGradient, unmaskedGradient, end: [Double]
      var firstWeights, firstLogits: [[Double]]
      var unmaskedLoss: Double

      var task: RecallTask { RecallTask(letters: letters, digits: digits, pairs: pairs) }
      var training: HeadTraining {
        HeadTraining(
          task, channels: channels, headSize: headSize, batchSize: batchSize, learningRate: learningRate,
          seed: seed)
      }
    }
    var averages: Averages
    var toy: Toy
    var bags: [Bag]
    var runs: [Run]
  }

  private let trace: Trace

  init() throws { trace = try LessonTrace.decode("attention") }

  private func matrix(_ rows: [[Double]]) -> DoubleMatrix {
    DoubleMatrix(rows: rows.count, columns: rows.first?.count ?? 0, values: rows.flatMap { $0 })
  }

  /// The lecture's four versions, each PyTorch's own, and the first three one another.
  @Test func theVersionsAreTheLectures() {
    let expected = trace.averages
    let x = matrix(expected.x)
    for (name, found, reference) in [
      ("loop", CausalAverages.loop(x), expected.loop),
      ("product", CausalAverages.product(x), expected.product),
      ("softmax", CausalAverages.softmax(x), expected.softmax),
    ] {
      #expect(Closeness.error(of: found.values, against: reference.flatMap { $0 }) < 1e-14, "\(name)")
      #expect(Closeness.error(of: found.values, against: CausalAverages.loop(x).values) < 1e-14, "\(name)")
    }
    let attention = CausalAverages.attention(
      x, query: matrix(expected.query), key: matrix(expected.key), value: matrix(expected.value))
    #expect(Closeness.error(of: attention.values, against: expected.attention.flatMap { $0 }) < 1e-14)
  }

  @Test func theLecturesThreeRows() {
    #expect(trace.toy.b == [[2, 7], [6, 4], [6, 5]])
    let found = CausalAverages.product(matrix(trace.toy.b))
    #expect(Closeness.error(of: found.values, against: trace.toy.c.flatMap { $0 }) < 1e-6)
  }

  @Test func trainingIsPyTorchs() throws {
    #expect(trace.runs.count == 2)
    for expected in trace.runs {
      var training = expected.training
      #expect(Closeness.error(of: training.parameters.values, against: expected.start) < 1e-15)
      let losses = expected.losses.map { _ in training.step() }
      #expect(Closeness.error(of: losses, against: expected.losses) < 1e-12)
      #expect(Closeness.error(of: training.parameters.values, against: expected.end) < 1e-10)
    }
  }

  @Test func passesAndGradientsAreAutogradsToo() throws {
    for expected in trace.runs {
      let task = expected.task
      let parameters = expected.training.parameters
      let questions = task.questions
      let first = try #require(task.tokens(of: expected.firstText))
      let head = RecallHead(parameters, reading: first.dropLast())
      #expect(
        Closeness.error(of: head.weights.values, against: expected.firstWeights.flatMap { $0 }) < 1e-14)
      #expect(Closeness.error(of: head.logits.values, against: expected.firstLogits.flatMap { $0 }) < 1e-13)

      // The first batch, drawn after the parameters.
      var random = MersenneTwister(key: [expected.seed])
      _ = HeadParameters(
        random: task.vocabularySize, channels: expected.channels, headSize: expected.headSize, using: &random)
      var gradient = HeadParameters(
        zeros: task.vocabularySize, channels: expected.channels, headSize: expected.headSize)
      for _ in 0..<expected.batchSize {
        let text = task.draw(using: &random)
        RecallHead(parameters, reading: text.dropLast()).backward(
          from: questions, answers: questions.map { text[$0 + 1] },
          scale: 1 / Double(expected.batchSize * questions.count), into: &gradient)
      }
      #expect(Closeness.error(of: gradient.values, against: expected.firstGradient) < 1e-13)

      let answers = questions.map { first[$0 + 1] }
      let open = RecallHead(parameters, reading: first.dropLast(), isCausal: false)
      let loss = open.loss(at: questions, answers: answers).sum / Double(questions.count)
      #expect(abs(loss - expected.unmaskedLoss) < 1e-13)
      var unmasked = HeadParameters(
        zeros: task.vocabularySize, channels: expected.channels, headSize: expected.headSize)
      open.backward(
        from: questions, answers: answers, scale: 1 / Double(questions.count), into: &unmasked)
      #expect(Closeness.error(of: unmasked.values, against: expected.unmaskedGradient) < 1e-13)
    }
  }

  @Test func bagsAreThoseOfEveryText() {
    for expected in trace.bags {
      let bag = BagOfCharacters(
        of: RecallTask(letters: 8, digits: expected.digits, pairs: expected.pairs))
      #expect(Closeness.error(of: bag.losses, against: expected.losses) < 1e-13)
      #expect(Closeness.error(of: bag.accuracies, against: expected.accuracies) < 1e-13)
    }
  }
}
