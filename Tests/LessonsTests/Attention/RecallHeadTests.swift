import Foundation
import GPT2Kernels
import GPT2RandomNumbers
import TestSupport
import Testing

@testable import GPT2Lessons

@Suite struct RecallHeadTests {
  private let task = RecallTask(letters: 3, digits: 2, pairs: 2)

  private func parameters(channels: Int, headSize: Int) -> HeadParameters {
    var random = MersenneTwister(key: [7])
    return HeadParameters(
      random: task.vocabularySize, channels: channels, headSize: headSize, using: &random)
  }

  @Test(arguments: [true, false], [(1, 1), (3, 5)])
  func gradientsAreFiniteDifferences(isCausal: Bool, sizes: (Int, Int)) {
    let parameters = parameters(channels: sizes.0, headSize: sizes.1)
    let text = [0, 3, 2, 4, 2, 4, 0, 3]
    let (questions, answers) = ([1, 4, 6], [2, 4, 3])
    var gradient = HeadParameters(zeros: task.vocabularySize, channels: sizes.0, headSize: sizes.1)
    RecallHead(parameters, reading: text, isCausal: isCausal)
      .backward(from: questions, answers: answers, scale: 0.5, into: &gradient)
    let expected = FiniteDifferences.gradient(at: parameters.values) { values in
      var moved = parameters
      moved.values = values
      return 0.5
        * RecallHead(moved, reading: text, isCausal: isCausal)
        .loss(at: questions, answers: answers).sum
    }
    #expect(Closeness.error(of: gradient.values, against: expected) < 1e-7)
  }

  /// What a position says does not change with what comes after it.
  @Test func theMaskHidesTheFuture() {
    let parameters = parameters(channels: 4, headSize: 3)
    let whole = RecallHead(parameters, reading: [0, 3, 1, 4, 0, 3])
    for count in 1...6 {
      let part = RecallHead(parameters, reading: Array([0, 3, 1, 4, 0, 3].prefix(count)))
      #expect(part.logits.nested == Array(whole.logits.nested.prefix(count)))
    }
    for t in 0..<6 {
      #expect(abs(whole.weights.row(t).reduce(0, +) - 1) < 1e-15)
      #expect(whole.weights.row(t).dropFirst(t + 1).allSatisfy { $0 == 0 })
    }
    let open = RecallHead(parameters, reading: [0, 3, 1, 4, 0, 3], isCausal: false)
    #expect(open.weights.values.allSatisfy { $0 > 0 })
  }

  /// The kernel that shows GPT-2's attention has the same weights, in single precision.
  @Test func theKernelComputesTheSame() {
    let head = RecallHead(parameters(channels: 6, headSize: 5), reading: [0, 3, 1, 4, 2, 3, 1])
    let T = head.tokens.count
    var queries = head.queries.values.map { Float($0) }
    var keys = head.keys.values.map { Float($0) }
    var weights = [Float](repeating: .nan, count: T * T)
    queries.withUnsafeMutableBufferPointer { queries in
      keys.withUnsafeMutableBufferPointer { keys in
        weights.withUnsafeMutableBufferPointer { weights in
          guard let q = queries.baseAddress, let k = keys.baseAddress, let w = weights.baseAddress else {
            return
          }
          AttentionWeights.compute(
            queries: Matrix(q, rows: T, columns: 5), keys: Matrix(k, rows: T, columns: 5),
            into: Matrix(w, rows: T, columns: T), on: Workers(count: 1))
        }
      }
    }
    #expect(Closeness.error(of: weights, against: head.weights.values) < 1e-6)
  }

  /// That one head can do it at all: weights that nobody learnt solve it, at any length.
  @Test(arguments: [1, 4, 8])
  func weightsThatAreWrittenDownSolveIt(pairs: Int) {
    let task = RecallTask(pairs: pairs)
    let written = HeadParameters(writtenDownFor: task.vocabularySize, sharpness: 20, confidence: 20)
    let score = RecallScore(of: written, task, texts: 20, seed: 5)
    #expect(score.accuracy == 1)
    #expect(score.loss < 1e-6)
    // The weight of the one that fits, among the n up to the question.
    let text = (0..<pairs).flatMap { [$0, 8 + $0] } + [0]
    let head = RecallHead(
      HeadParameters(writtenDownFor: 18, sharpness: 3, confidence: 1), reading: text)
    let expected = 1 / (1 + Double(text.count - 1) * exp(-3.0))
    #expect(abs(head.weights[text.count - 1, 1] - expected) < 1e-14)
  }

  @Test func softmaxOfLargeScores() {
    let row = DoubleMatrix(rows: 2, columns: 2, values: [1e4, 1e4 - 1, -.infinity, -1e4]).softmax
    #expect(abs(row[0, 0] - 1 / (1 + exp(-1.0))) < 1e-15)
    #expect(row.nested[1] == [0, 1])
  }

  /// The example of attention.md, whose numbers are those of the code.
  @Test func theExampleForAPencil() throws {
    var parameters = HeadParameters(zeros: 3, channels: 3, headSize: 1)
    for token in 0..<3 { parameters[.token][token, token] = 1 }
    parameters[.query].values = [1, 1, 1]
    parameters[.key].values = [0, log(2), log(3)]
    parameters[.value].values = [6, 0, 3]
    let head = RecallHead(parameters, reading: [0, 1, 2])
    let (third, sixth): (Double, Double) = (1 / 3, 1 / 6)
    let weights: [Double] = [1, 0, 0, third, 2 * third, 0, sixth, third, 0.5]
    #expect(Closeness.error(of: head.weights.values, against: weights) < 1e-15)
    #expect(Closeness.error(of: head.outputs.values, against: [6, 2, 2.5]) < 1e-15)
    let back = head.backward(DoubleMatrix(rows: 3, columns: 1, values: [0, 0, 1]))
    #expect(Closeness.error(of: back.values.values, against: [sixth, third, 0.5]) < 1e-15)
    let page = try String(
      contentsOfFile: TestFiles.project("Sources/Lessons/Lessons.docc/attention.md"), encoding: .utf8)
    let shown = { (values: [Double]) in
      values.map { $0 == 0.25 ? "0.25" : String(format: "%.4f", $0) }.joined(separator: "  ")
    }
    #expect(shown(back.keys.values) == "0.5833  -0.8333  0.25")
    #expect(back.queries.values.prefix(2) == [0, 0] && page.contains("dQ = \(shown([back.queries[2, 0]])) "))
    #expect(
      page.contains("dK = \(shown(back.keys.values)) ") && page.contains("dS = \(shown(back.keys.values)) "))
  }

  @Test func theLineOfTheLossIsTheLogarithm() {
    let head = RecallHead(parameters(channels: 2, headSize: 2), reading: [0, 3, 1])
    let p = head.probabilities
    let (sum, _) = head.loss(at: [0, 2], answers: [3, 4])
    #expect(abs(sum + log(p[0, 3]) + log(p[2, 4])) < 1e-15)
  }
}
