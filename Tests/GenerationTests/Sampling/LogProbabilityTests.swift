import TestSupport
import Testing

@testable import GPT2Generation

@Suite struct LogProbabilityTests {
  private let logits = [0.0625, 0.25, 0.0625, 0.5, 0.125].map { Float(naturalLogarithm($0)) }

  @Test func workedOutByHand() throws {
    let sampled = try sample(logits, .init(temperature: 0), alternatives: 4)
    #expect(sampled.token == 3)
    expect(sampled.logProbability, 0.5)
    // Of the equal ones the lower id.
    #expect(sampled.alternatives.map(\.token) == [3, 1, 4, 0])
    for (found, p) in zip(sampled.alternatives, [0.5, 0.25, 0.125, 0.0625]) {
      expect(found.logProbability, p)
    }
  }

  /// They are the model's own, whatever the options do.
  @Test func optionsDoNotChangeThem() throws {
    let options = SamplingOptions(
      temperature: 0.1, topK: 1, topP: 0.1, minP: 0.9, repetitionPenalty: 5,
      logitBias: [3: -.infinity, 4: 100])
    var sampler = try TokenSampler(options, vocabularySize: 5)
    let sampled = try sampler.sample(logits, history: [1], alternatives: 2)
    #expect(sampled.token == 4)
    expect(sampled.logProbability, 0.125)
    #expect(sampled.alternatives.map(\.token) == [3, 1])
    expect(sampled.alternatives.last?.logProbability, 0.25)
  }

  @Test func onlyWhatIsAskedFor() throws {
    #expect(try sample(logits, .init(temperature: 0), alternatives: nil) == SampledToken(token: 3))
    let sampled = try sample(logits, .init(temperature: 0), alternatives: 0)
    expect(sampled.logProbability, 0.5)
    #expect(sampled.alternatives.isEmpty)
  }

  @Test(arguments: [5, 6, .max])
  func moreAlternativesThanTokens(count: Int) throws {
    let sampled = try sample(logits, .init(temperature: 0), alternatives: count)
    #expect(sampled.alternatives.map(\.token) == [3, 1, 4, 0, 2])
  }

  @Test func impossibleTokensAreNotListed() throws {
    let sampled = try sample([-.infinity, 2, -.infinity], .init(), alternatives: 3)
    #expect(sampled.alternatives == [TokenLogProbability(token: 1, logProbability: 0)])
    #expect(sampled.logProbability == 0)
  }

  /// Asking for them draws no other tokens.
  @Test func theyUseNoRandomNumbers() throws {
    var random = SeededRandom(seed: 41)
    let logits = random.floats(1003, scale: 4)
    var sampler = try TokenSampler(.init(topP: 0.9), vocabularySize: 1003)
    var other = sampler
    for turn in 0..<20 {
      #expect(try sampler.sample(logits, alternatives: turn % 4).token == other.sample(logits).token)
    }
  }

  @Test(arguments: [0, -95, 2000] as [Float])
  func aWholeVocabulary(offset: Float) throws {
    var random = SeededRandom(seed: 43)
    let logits = random.floats(50_257, scale: 8).map { ($0 * 128).rounded() / 128 + offset }
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    let logSum = naturalLogarithm(
      logits.reduce(0) { $0 + exponential(Double($1) - Double(offset)) })
    let sampled = try sample(logits, .init(), alternatives: 30)
    #expect(sampled.alternatives.map(\.token) == Array(order.prefix(30)))
    for found in sampled.alternatives + [
      .init(token: sampled.token, logProbability: sampled.logProbability ?? 1)
    ] {
      let expected = Double(logits[found.token]) - Double(offset) - logSum
      #expect(abs(found.logProbability - expected) < 1e-11)
    }
  }

  private func sample(
    _ logits: [Float], _ options: SamplingOptions, alternatives: Int?
  ) throws -> SampledToken {
    var sampler = try TokenSampler(options, vocabularySize: logits.count)
    return try sampler.sample(logits, alternatives: alternatives)
  }

  /// The logits are logarithms rounded to fp32.
  private func expect(
    _ found: Double?, _ probability: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(abs((found ?? .nan) - naturalLogarithm(probability)) < 3e-7, sourceLocation: sourceLocation)
  }
}
