import Foundation
import GPT2Generation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2Evaluation

/// Scores against the plain GPT-2 in double precision.
@Suite struct LanguageModelScorerTests {
  @Test(arguments: ["tiny", "awkward"])
  func lossesOfSequencesOfEveryLength(name: String) throws {
    let fixture = try Fixture(name)
    for length in [2, 3, fixture.longest / 2, fixture.longest, fixture.longest + 1] {
      let tokens = fixture.tokens(length, seed: UInt64(length))
      let losses = try fixture.scorer.losses(of: tokens)
      let expected = fixture.plain.losses(of: tokens)
      try #require(losses.count == expected.count)
      for (loss, expected) in zip(losses, expected) { #expect(abs(Double(loss) - expected) < lossTolerance) }
    }
  }

  @Test(arguments: ["tiny", "awkward"])
  func theLastScoresAreThoseOfAll(name: String) throws {
    let fixture = try Fixture(name)
    let tokens = fixture.tokens(fixture.longest + 1, seed: 7)
    let all = try fixture.scorer.scores(of: tokens, last: fixture.longest)
    for count in [1, 2, fixture.longest - 1] {
      let scores = try fixture.scorer.scores(of: tokens, last: count)
      // Fewer rows may go another way through the matrix product.
      #expect(scores.map(\.isGreatest) == all.suffix(count).map(\.isGreatest))
      for (score, expected) in zip(scores, all.suffix(count)) {
        #expect(abs(score.loss - expected.loss) < Float(lossTolerance))
      }
    }
  }

  /// Every token of the vocabulary after the same text: one of them is the greatest.
  @Test(arguments: ["tiny", "awkward"])
  func exactlyTheGreatestLogitsTokenIsGreatest(name: String) throws {
    let fixture = try Fixture(name)
    for length in [1, 5, fixture.longest] {
      let context = fixture.tokens(length, seed: 11)
      let logits = fixture.plain.logits(after: context)
      let greatest = logits.indices.max { logits[$0] < logits[$1] }
      for token in logits.indices {
        let score = try fixture.scorer.scores(of: context + [Int32(token)], last: 1)
        #expect(score.map(\.isGreatest) == [token == greatest])
      }
    }
  }

  /// 64 rows of logits are computed at a time: bands from position 4, 68 and 132 on.
  @Test func moreLogitsThanAreComputedAtOnce() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 150, vocabularySize: 300, layers: 1, heads: 1, channels: 2)
    let parameters = try Parameters(random: configuration, seed: 3)
    let wte = parameters.values(of: .wte)
    for index in wte.indices { wte[index] *= 40 }
    let scorer = LanguageModelScorer(try LanguageModel(Model(parameters, on: Workers(count: 2))))
    var random = SeededRandom(seed: 6)
    let tokens = (0...150).map { _ in Int32.random(in: 0..<300, using: &random) }
    let scores = try scorer.scores(of: tokens, last: 146)
    try #require(scores.count == 146)
    let plain = PlainGPT2(parameters)
    for position in [4, 5, 67, 68, 69, 131, 132, 149] {
      let logits = plain.logits(after: Array(tokens[...position]))
      let expected = -log(softmax(logits)[Int(tokens[position + 1])])
      #expect(abs(Double(scores[position - 4].loss) - expected) < lossTolerance, "position \(position)")
    }
  }

  @Test func whatDoesNotFitTheModel() throws {
    let fixture = try Fixture("tiny")
    #expect(throws: ModelError.sequenceTooLong(found: 10, maximum: 9)) {
      try fixture.scorer.losses(of: fixture.tokens(11, seed: 1))
    }
    for tokens in [[1, 2, 31], [1, 2, 31, 3]] as [[Int32]] {
      #expect(throws: ModelError.tokenOutOfRange(token: 31, position: 2, vocabularySize: 31)) {
        try fixture.scorer.losses(of: tokens)
      }
    }
  }

  @Test func anyNumberOfThreadsGivesTheSameBits() throws {
    let tokens = try Fixture("awkward").tokens(33, seed: 3)
    let one = try Fixture("awkward", on: Workers(count: 1)).scorer.scores(of: tokens, last: 32)
    #expect(try Fixture("awkward", on: Workers(count: 5)).scorer.scores(of: tokens, last: 32) == one)
  }
}
