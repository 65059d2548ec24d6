import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Evaluation

/// The fixture's examples, of the model tiny.bin, against the plain GPT-2's losses.
@Suite struct ChoiceEvaluationTests {
  private let fixture: Fixture
  private let file: ChoiceFile

  init() throws {
    fixture = try Fixture("tiny")
    file = try ChoiceFile(contentsOf: TestFiles.fixture("choices.bin"))
  }

  /// The losses of each completion's tokens; of a text too long for the model its last 10 tokens are taken.
  private func plainLosses(_ example: ChoiceExample) -> [[Double]] {
    example.completions.map { completion in
      let whole = (example.context + completion).suffix(10)
      return fixture.plain.losses(of: Array(whole)).suffix(completion.count)
    }
  }

  private func expected(_ examples: ArraySlice<ChoiceExample>) -> (likeliest: Int, byToken: Int, cut: Int) {
    var counts = (likeliest: 0, byToken: 0, cut: 0)
    for example in examples {
      let sums = plainLosses(example).map { $0.reduce(0, +) }
      let means = zip(sums, example.completions).map { $0 / Double($1.count) }
      if sums.min() == sums[example.label] { counts.likeliest += 1 }
      if means.min() == means[example.label] { counts.byToken += 1 }
      let longest = example.completions.map(\.count).max() ?? 0
      if example.context.count + longest > 10 { counts.cut += 1 }
    }
    return counts
  }

  @Test func accuraciesAreThePlainModels() throws {
    let expected = expected(file.examples[...])
    // Otherwise the fixture would not tell one from the other, or from chance.
    try #require(expected.likeliest != expected.byToken && expected.likeliest > 0 && expected.byToken > 0)
    try #require(0 < expected.cut && expected.cut < file.examples.count)
    let score = try ChoiceEvaluation.score(file, first: 24, by: fixture.scorer)
    #expect(score.scored == 24 && score.examples == 24 && !score.isPartial)
    #expect(score.likeliest == expected.likeliest)
    #expect(score.likeliestByToken == expected.byToken)
    #expect(score.cut == expected.cut)
    #expect(score.accuracy == Double(expected.likeliest) / 24)
    #expect(score.normalisedAccuracy == Double(expected.byToken) / 24)
  }

  @Test func completionsLossesAreThePlainModels() throws {
    for example in file.examples {
      for (completion, expected) in zip(example.completions, plainLosses(example)) {
        let (scores, isCut) = try fixture.scorer.scores(of: completion, after: example.context)
        #expect(isCut == (example.context.count + completion.count > 10))
        try #require(scores.count == expected.count)
        for (score, expected) in zip(scores, expected) {
          #expect(abs(Double(score.loss) - expected) < lossTolerance)
        }
      }
    }
  }

  /// As long as the model allows: only one token of the context is left.
  @Test func theLongestCompletion() throws {
    let tokens = fixture.tokens(13, seed: 4)
    let (scores, isCut) = try fixture.scorer.scores(of: Array(tokens[4...]), after: Array(tokens[..<4]))
    #expect(isCut)
    let expected = fixture.plain.losses(of: Array(tokens[3...]))
    #expect(Closeness.error(of: scores.map(\.loss), against: expected) < lossTolerance)
  }

  @Test func theFirstExamplesOnlyAndInterrupted() throws {
    let expected = expected(file.examples[..<7])
    let first = try ChoiceEvaluation.score(file, first: 7, by: fixture.scorer)
    var seen: [Int] = []
    let interrupted = try ChoiceEvaluation.score(
      file, first: 24, by: fixture.scorer, isInterrupted: { seen.count == 7 },
      observing: { seen.append($0.scored) })
    #expect(seen == Array(1...7))
    for score in [first, interrupted] {
      #expect(score.scored == 7)
      #expect(score.likeliest == expected.likeliest)
      #expect(score.likeliestByToken == expected.byToken)
      #expect(score.cut == expected.cut)
    }
    #expect(!first.isPartial && interrupted.isPartial)
  }

  @Test func damagedWeightsAreAnError() throws {
    fixture.model.parameters.values(of: .wte)[0] = .nan
    #expect(throws: EvaluationError.self) {
      try ChoiceEvaluation.score(file, first: 24, by: fixture.scorer)
    }
  }
}
