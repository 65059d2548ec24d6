import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Evaluation

/// Scores of token files against sums over the plain GPT-2's losses, cut into windows by another formula.
@Suite struct TextEvaluationTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func file(_ tokens: [Int32]) throws -> TokenFile {
    let path = directory.file("\(UUID().uuidString).bin")
    try TokenFile.write(tokens.map(UInt16.init), to: path, replacing: false)
    return try TokenFile(contentsOf: path)
  }

  /// Σ −log p over x₁ … xₙ, where x sees what its window shows it.
  private func plainLoss(_ tokens: [Int32], length: Int, stride: Int, _ plain: PlainGPT2) -> Double {
    (1..<tokens.count).reduce(0) { sum, target in
      // The first window that reaches the target.
      let window = max(0, (target - length + stride - 1) / stride)
      let probabilities = softmax(plain.logits(after: Array(tokens[window * stride..<target])))
      return sum - log(probabilities[Int(tokens[target])])
    }
  }

  @Test(arguments: [(9, 9), (9, 4), (9, 1), (5, 5), (4, 3), (1, 1)])
  func totalLossIsThePlainModels(length: Int, stride: Int) throws {
    let fixture = try Fixture("tiny")
    for count in [2, 9, 10, 11, 28] {
      let tokens = fixture.tokens(count, seed: UInt64(count))
      let windows = Windows(targets: count - 1, length: length, stride: stride)
      let score = try TextEvaluation.score(try file(tokens), in: windows, by: fixture.scorer)
      let expected = plainLoss(tokens, length: length, stride: stride, fixture.plain)
      #expect(score.scored == count - 1)
      #expect(!score.isPartial)
      #expect(abs(score.totalLoss - expected) < lossTolerance * Double(count))
      #expect(abs(score.loss - expected / Double(count - 1)) < lossTolerance)
      #expect(abs(score.perplexity / exp(expected / Double(count - 1)) - 1) < 2 * lossTolerance)
      #expect(score.bytes == nil && score.bitsPerByte == nil)
    }
  }

  /// The batch of a reference state is one text, cut into rows: its windows.
  @Test(arguments: ["tiny", "awkward"])
  func lossIsPyTorchs(name: String) throws {
    let fixture = try Fixture(name)
    let state = try ReferenceState(
      contentsOf: TestFiles.fixture("\(name)_debug_state.bin"), for: fixture.model.configuration)
    let length = state.sequenceLength
    let score = try TextEvaluation.score(
      try file(state.tokens + state.targets.suffix(1)),
      in: Windows(targets: state.tokens.count, length: length, stride: length), by: fixture.scorer)
    #expect(abs(score.loss - Double(state.loss)) < 2e-6)
  }

  @Test func fewerTargetsThanTheFileHas() throws {
    let fixture = try Fixture("awkward")
    let tokens = fixture.tokens(60, seed: 2)
    let score = try TextEvaluation.score(
      try file(tokens), in: Windows(targets: 40, length: 32, stride: 32), by: fixture.scorer)
    #expect(score.scored == 40)
    let expected = plainLoss(Array(tokens[...40]), length: 32, stride: 32, fixture.plain)
    #expect(abs(score.totalLoss - expected) < lossTolerance * 40)
  }

  /// Tokens of several bytes, and end-of-text, which has none.
  @Test func bytesAreThoseOfTheTargets() throws {
    let fixture = try Fixture("tiny")
    let tokenizer = try Tokenizer(contentsOf: try tokenizer(endOfText: 30))
    let tokens: [Int32] = [7, 0, 30, 29, 30, 4, 4]
    let score = try TextEvaluation.score(
      try file(tokens), in: Windows(targets: 6, length: 9, stride: 9), by: fixture.scorer,
      tokenizer: tokenizer)
    // Token n has n + 1 bytes.
    #expect(score.bytes == 1 + 0 + 30 + 0 + 5 + 5)
    let bits = fixture.plain.losses(of: tokens).reduce(0, +) / log(2)
    #expect(abs(try #require(score.bitsPerByte) - bits / 41) < lossTolerance)

    let marks = try TextEvaluation.score(
      try file([1, 30, 30]), in: Windows(targets: 2, length: 9, stride: 9), by: fixture.scorer,
      tokenizer: tokenizer)
    #expect(marks.bytes == 0)
    #expect(marks.bitsPerByte == nil)
  }

  private func tokenizer(endOfText: Int32) throws -> String {
    var bytes = [UInt8](repeating: 0, count: 1024)
    for (field, value) in [20_240_328, 2, 31, endOfText].enumerated() { bytes.set(field, to: value) }
    for id in 0..<31 { bytes += [UInt8(id + 1)] + [UInt8](repeating: 97, count: id + 1) }
    return try directory.write(bytes, to: "tokenizer.bin")
  }

  @Test func anInterruptedScoreIsThatOfTheWindowsSoFar() throws {
    let fixture = try Fixture("tiny")
    let tokens = fixture.tokens(50, seed: 5)
    var seen: [Int] = []
    let score = try TextEvaluation.score(
      try file(tokens), in: Windows(targets: 49, length: 9, stride: 9), by: fixture.scorer,
      isInterrupted: { seen.count == 2 }, observing: { seen.append($0.scored) })
    #expect(seen == [9, 18])
    #expect(score.isPartial && score.scored == 18 && score.targets == 49)
    let expected = plainLoss(Array(tokens[...18]), length: 9, stride: 9, fixture.plain)
    #expect(abs(score.totalLoss - expected) < lossTolerance * 18)
  }

  @Test func damagedWeightsAreAnError() throws {
    let fixture = try Fixture("tiny")
    fixture.model.parameters.values(of: .wte)[0] = .nan
    #expect(throws: EvaluationError.self) {
      try TextEvaluation.score(
        try file([1, 2, 3]), in: Windows(targets: 2, length: 9, stride: 9), by: fixture.scorer)
    }
  }
}
