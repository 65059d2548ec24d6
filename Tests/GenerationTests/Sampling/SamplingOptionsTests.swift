import Testing

@testable import GPT2Generation

@Suite struct SamplingOptionsTests {
  @Test func defaultsAndExtremesAreUsable() throws {
    try SamplingOptions().check(vocabularySize: 1)
    try SamplingOptions(
      temperature: 0, topK: 1, topP: .leastNonzeroMagnitude, minP: 1,
      repetitionPenalty: .leastNonzeroMagnitude, repetitionWindow: 1,
      logitBias: [0: -.infinity, 4: .greatestFiniteMagnitude], seed: 0
    ).check(vocabularySize: 5)
    try SamplingOptions(temperature: .greatestFiniteMagnitude, topK: .max, repetitionWindow: nil).check()
    try SamplingOptions(logitBias: [50_256: 1]).check()
  }

  @Test(arguments: [-1, -.leastNonzeroMagnitude, .nan, .infinity, -.infinity] as [Float])
  func temperature(found: Float) {
    expect(.init(temperature: found), ["temperature \(found)", "expected 0 or a positive finite number"])
  }

  @Test(arguments: [0, -1, .min])
  func topK(found: Int) {
    expect(.init(topK: found), ["top-k \(found)", "expected at least 1", "leave it out"])
  }

  @Test(arguments: [0, -0.1, 1.nextUp, 2, .nan, .infinity])
  func topP(found: Double) {
    expect(.init(topP: found), ["top-p \(found)", "expected more than 0 and at most 1"])
  }

  @Test(arguments: [-.leastNonzeroMagnitude, -1, 1.nextUp, .nan, .infinity])
  func minP(found: Double) {
    expect(.init(minP: found), ["min-p \(found)", "expected 0 to 1"])
  }

  @Test(arguments: [0, -1, .nan, .infinity] as [Float])
  func repetitionPenalty(found: Float) {
    expect(
      .init(repetitionPenalty: found), ["repetition penalty \(found)", "expected a positive finite number"])
  }

  @Test(arguments: [0, -1, .min])
  func repetitionWindow(found: Int) {
    expect(.init(repetitionWindow: found), ["window of \(found) tokens", "expected at least 1"])
  }

  @Test(arguments: [.nan, .infinity] as [Float])
  func logitBias(found: Float) {
    expect(.init(logitBias: [3: found]), ["bias \(found) for token 3", "-inf to ban"])
  }

  @Test(arguments: [-1, .min, 31, .max])
  func biasedTokens(token: Int) throws {
    expect(
      .init(logitBias: [token: 1]), ["a bias for token \(token)", "tokens from 0 to 30", "another tokenizer"])
    guard token < 0 else { return try SamplingOptions(logitBias: [token: 1]).check() }
    expect(
      .init(logitBias: [token: 1]), ["a bias for token \(token)", "from 0 upwards"], vocabularySize: nil)
  }

  @Test func theLowestBadTokenIsNamed() {
    let biases = Dictionary(uniqueKeysWithValues: (40..<90).map { ($0, Float(1)) })
    #expect(throws: SamplingOptionError.biasedTokenOutOfRange(token: 40, vocabularySize: 31)) {
      try SamplingOptions(logitBias: biases).check(vocabularySize: 31)
    }
  }

  @Test func theSamplerChecksThem() {
    #expect(throws: SamplingOptionError.topK(0)) { try TokenSampler(.init(topK: 0), vocabularySize: 5) }
    #expect(throws: SamplingOptionError.biasedTokenOutOfRange(token: 5, vocabularySize: 5)) {
      try TokenSampler(.init(logitBias: [5: 1]), vocabularySize: 5)
    }
  }

  /// One line that says all of `parts`. NaN equals nothing, so the line stands for the case.
  private func expect(
    _ options: SamplingOptions, _ parts: [String], vocabularySize: Int? = 31,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do throws(SamplingOptionError) {
      try options.check(vocabularySize: vocabularySize)
      Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch {
      let line = error.description
      for part in parts { #expect(line.contains(part), sourceLocation: sourceLocation) }
      #expect(line.hasPrefix("found ") && !line.contains("\n"), sourceLocation: sourceLocation)
    }
  }
}
