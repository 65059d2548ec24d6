import TestSupport
import Testing

@testable import GPT2Generation

/// Against `PlainSampling` and probabilities worked out by hand.
@Suite struct TokenSamplerTests {
  /// Every combination draws the plain sampler's tokens, one by one.
  @Test(arguments: [0.3, 1, 1.7] as [Float], [nil, 1, 5, 40, 99, 100])
  func combinationsDrawWhatSortingDraws(temperature: Float, topK: Int?) throws {
    var random = SeededRandom(seed: 31)
    for topP in [1, 0.9, 0.5, 0.05] {
      for minP in [0, 0.02, 0.3, 1] {
        for penalty: Float in [1, 1.3] {
          let options = SamplingOptions(
            temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: penalty,
            repetitionWindow: 9, logitBias: penalty == 1 ? [:] : [3: -.infinity, 17: 1, 40: -2], seed: 77)
          try expectPlainDraws(options, vocabularySize: 100, tokens: 5, random: &random)
        }
      }
    }
  }

  @Test(arguments: [
    SamplingOptions(temperature: 0.8), SamplingOptions(temperature: 20), SamplingOptions(topK: 40),
    SamplingOptions(topP: 0.95), SamplingOptions(temperature: 30, topP: 0.9), SamplingOptions(minP: 0.05),
    SamplingOptions(temperature: 0.7, topK: 200, topP: 0.9, minP: 0.01, repetitionPenalty: 1.1),
    SamplingOptions(topK: 50_256), SamplingOptions(temperature: 0, repetitionPenalty: 1.2),
  ])
  func aWholeVocabulary(options: SamplingOptions) throws {
    var random = SeededRandom(seed: 37)
    try expectPlainDraws(options, vocabularySize: 50_257, tokens: 2, random: &random)
  }

  /// Of p = 1/2, 1/4, 1/8, 1/16, 1/16, what each option leaves.
  @Test func optionsOnADistributionWorkedOutByHand() throws {
    let logits = [0.0625, 0.25, 0.0625, 0.5, 0.125].map { Float(naturalLogarithm($0)) }
    try expect(logits, .init(), [1, 4, 1, 8, 2])
    try expect(logits, .init(topK: 3), [0, 4, 0, 8, 2])
    try expect(logits, .init(topK: 4), [1, 4, 0, 8, 2])
    try expect(logits, .init(topP: 0.4), [0, 0, 0, 8, 0])
    try expect(logits, .init(topP: 0.6), [0, 4, 0, 8, 0])
    try expect(logits, .init(topP: 0.9), [1, 4, 0, 8, 2])
    try expect(logits, .init(topP: 0.95), [1, 4, 1, 8, 2])
    try expect(logits, .init(minP: 0.24), [0, 4, 0, 8, 2])
    try expect(logits, .init(minP: 0.26), [0, 4, 0, 8, 0])
    try expect(logits, .init(minP: 1), [0, 0, 0, 8, 0])
    // Squares: 1, 16, 1, 64, 4 of 86. After top-k 2 the nucleus of 0.78 is 64/80 alone; after that of 0.9 two.
    try expect(logits, .init(temperature: 0.5), [1, 16, 1, 64, 4])
    try expect(logits, .init(temperature: 0.5, topK: 2, topP: 0.78), [0, 0, 0, 64, 0])
    try expect(logits, .init(temperature: 0.5, topP: 0.78), [0, 16, 0, 64, 0])
    try expect(logits, .init(temperature: 0.5, minP: 0.2), [0, 16, 0, 64, 0])
    try expect(logits, .init(logitBias: [3: -.infinity]), [1, 4, 1, 0, 2])
    try expect(logits, .init(logitBias: [0: Float(naturalLogarithm(8))]), [8, 4, 1, 8, 2])
  }

  @Test func allEqualAndOneLeft() throws {
    let equal: [Float] = [-4, -4, -4, -4]
    try expect(equal, .init(), [1, 1, 1, 1])
    try expect(equal, .init(topP: 0.5), [1, 1, 0, 0])
    try expect(equal, .init(minP: 1), [1, 1, 1, 1])
    try expect([7], .init(topK: 3, topP: 0.1, minP: 0.5), [1])
    try expect([-.infinity, 7, -.infinity], .init(topP: 0.9999, minP: 0), [0, 1, 0])
    try expect(equal, .init(logitBias: [0: -.infinity, 1: -.infinity, 3: -.infinity]), [0, 0, 1, 0])
  }

  @Test func theHistoryIsPenalised() throws {
    let logits: [Float] = [2, 2, -1, -1]
    let options = SamplingOptions(temperature: 0, repetitionPenalty: 1.1, repetitionWindow: 2)
    var sampler = try TokenSampler(options, vocabularySize: 4)
    #expect(try sampler.sample(logits).token == 0)
    #expect(try sampler.sample(logits, history: [0]).token == 1)
    #expect(try sampler.sample(logits, history: [0, 1]).token == 0)
    #expect(try sampler.sample(logits, history: [0, 1, 3]).token == 0)
    #expect(try sampler.sample(logits, history: [1, 3, 0]).token == 1)
  }

  @Test(arguments: [0, 1] as [Float])
  func banningEverythingThatIsPossible(temperature: Float) throws {
    let options = SamplingOptions(
      temperature: temperature, logitBias: [0: -.infinity, 2: -.infinity], seed: 4)
    var sampler = try TokenSampler(options, vocabularySize: 3)
    var other = sampler
    let error = #expect(throws: SamplingOptionError.everyTokenBanned(vocabularySize: 3)) {
      try sampler.sample([1, -.infinity, 2])
    }
    #expect(error?.description.contains("take a ban back") == true)
    // A refusal uses no random number.
    #expect(try sampler.sample([1, 2, 3]) == other.sample([1, 2, 3]))
  }

  @Test(arguments: [
    SamplingOptions(), .init(temperature: 0), .init(topK: 1), .init(logitBias: [1: -.infinity]),
  ])
  func brokenLogits(options: SamplingOptions) throws {
    var sampler = try TokenSampler(options, vocabularySize: 3)
    #expect(throws: SamplingError(token: 1, logit: .nan)) { try sampler.sample([1, .nan, 2]) }
    #expect(throws: SamplingError(token: 1, logit: .infinity)) { try sampler.sample([1, .infinity, 2]) }
    #expect(throws: SamplingError(token: 0, logit: -.infinity)) {
      try sampler.sample([-.infinity, -.infinity, -.infinity])
    }
  }

  /// Draws token by token as `PlainSampling` does, on a text that grows.
  private func expectPlainDraws(
    _ options: SamplingOptions, vocabularySize: Int, tokens: Int, random: inout SeededRandom
  ) throws {
    var sampler = try TokenSampler(options, vocabularySize: vocabularySize)
    var plain = PlainSampling(options)
    var text: [Int32] = []
    for _ in 0..<tokens {
      // A few equal logits among them.
      let logits = random.floats(vocabularySize, scale: 9).map { ($0 * 64).rounded() / 64 - 1 }
      let token = plain.token(logits, history: text)
      #expect(try sampler.sample(logits, history: text).token == token, "\(options)")
      text.append(Int32(token))
    }
  }

  /// Pearson's χ², as in `SamplerDistributionTests`.
  private func expect(
    _ logits: [Float], _ options: SamplingOptions, _ parts: [Double],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let draws = 5000
    var sampler = try TokenSampler(options, vocabularySize: logits.count)
    var counts = [Int](repeating: 0, count: logits.count)
    for _ in 0..<draws { counts[try sampler.sample(logits).token] += 1 }
    let expected = parts.map { $0 / parts.reduce(0, +) * Double(draws) }
    var statistic = 0.0
    for (count, expected) in zip(counts, expected) {
      #expect((count == 0) == (expected == 0), "\(counts)", sourceLocation: sourceLocation)
      if expected > 0 { statistic += (Double(count) - expected) * (Double(count) - expected) / expected }
    }
    let freedom = Double(parts.count { $0 > 0 } - 1)
    #expect(
      statistic <= freedom + 5 * (2 * freedom).squareRoot(), "\(counts)", sourceLocation: sourceLocation)
  }
}
