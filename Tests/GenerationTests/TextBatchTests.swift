import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Generation

/// Texts of a model of single bytes, with random weights.
@Suite struct TextBatchTests {
  let model: LanguageModel
  let tokenizer = Tokenizer.byteLevel

  init() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 24, vocabularySize: 257, layers: 2, heads: 2, channels: 32)
    model = try LanguageModel(Weights(.random(configuration, seed: 5)), on: Workers(count: 2))
  }

  @Test func eachTextIsAsAlone() throws {
    let prompts: [[Int32]] = [[72, 101], [], [65, 66, 67, 68, 69], [72, 101]]
    let options = GenerationOptions(maximumTokens: 40, stopsAtEndOfText: false)
    let together = try tokens(prompts, options)
    for (index, prompt) in prompts.enumerated() {
      var sampling = options.sampling
      sampling.seed += UInt64(index)
      let generator = try Generator(
        model, prompt: prompt, endOfText: tokenizer.endOfText, maximumTokens: 40, sampling: sampling)
      #expect(try (0..<40).map { _ in try generator.next() } == together[index].map(\.token))
      #expect(together[index].map(\.finishReason) == [FinishReason?](repeating: nil, count: 39) + [.length])
    }
    #expect(together[0].map(\.token) != together[3].map(\.token), "each text has its own seed")
  }

  /// A step reads some of many prompts, the rest later; the texts are the same.
  @Test func moreToReadThanAStepTakes() throws {
    // No two alike: what one has read, another need not.
    let prompts = (0..<250).map { text in (0..<20).map { Int32((text + 7 * $0) % 256) } }
    let options = GenerationOptions(maximumTokens: 3, stopsAtEndOfText: false)
    let batch = try TextBatch(model, tokenizer, prompts: prompts, options: options)
    // 4096 tokens, of which BLAS reads no prompt in part.
    #expect((204...205).contains(try batch.step().count))
    let together = try tokens(prompts, options)
    for index in [0, 203, 204, 205, 249] {
      let generator = try Generator(
        model, prompt: prompts[index], endOfText: tokenizer.endOfText, maximumTokens: 3,
        sampling: SamplingOptions(seed: options.sampling.seed + UInt64(index)))
      #expect(try (0..<3).map { _ in try generator.next() } == together[index].map(\.token))
    }
  }

  /// The text is what the tokens' bytes decode to, however characters are cut.
  @Test(arguments: [1, 2, 3])
  func textsAreWholeCharacters(seed: UInt64) throws {
    let sampling = SamplingOptions(temperature: 3, seed: seed)
    let options = GenerationOptions(maximumTokens: 200, sampling: sampling, stopsAtEndOfText: false)
    let tokens = try tokens([[33]], options)[0]
    let bytes = tokens.filter { $0.token != 256 }.map { UInt8($0.token) }
    #expect(tokens.map(\.text).joined() == String(decoding: bytes, as: UTF8.self))
  }

  @Test func aStopStringEndsTheText() throws {
    let sampling = SamplingOptions(
      temperature: 1, logitBias: [120: 100, 121: 100], seed: 3)  // x and y alone
    let all = try tokens([[1]], GenerationOptions(maximumTokens: 60, sampling: sampling))[0]
    let text = all.map(\.text).joined()
    let stopped = try tokens(
      [[1]], GenerationOptions(maximumTokens: 60, sampling: sampling, stopStrings: ["yyxy", "nowhere"]))[0]
    let end = try #require(text.range(of: "yyxy"), "the seed draws it")
    #expect(stopped.map(\.text).joined() == text[..<end.lowerBound])
    #expect(stopped.last?.finishReason == .stopString)
    #expect(stopped.count == text.distance(from: text.startIndex, to: end.upperBound))
  }

  @Test func endOfTextEndsTheTextUnlessItIsIgnored() throws {
    let sampling = SamplingOptions(temperature: 0, logitBias: [256: 1000])
    let ended = try tokens([[1]], GenerationOptions(maximumTokens: 5, sampling: sampling))[0]
    #expect(ended.map(\.token) == [256] && ended[0].finishReason == .endOfText && ended[0].text.isEmpty)
    let ignored = try tokens(
      [[1]], GenerationOptions(maximumTokens: 5, sampling: sampling, stopsAtEndOfText: false))[0]
    #expect(ignored.map(\.token) == [256, 256, 256, 256, 256] && ignored[4].finishReason == .length)
  }

  @Test func aTextThatWasHeldBackIsShownAtTheEnd() throws {
    let sampling = SamplingOptions(temperature: 0, logitBias: [97: 1000])
    let options = GenerationOptions(maximumTokens: 4, sampling: sampling, stopStrings: ["aaaaaaab"])
    #expect(try tokens([[1]], options)[0].map(\.text) == ["", "", "", "aaaa"])
  }

  @Test func logProbabilitiesAreReportedIfAskedFor() throws {
    let options = GenerationOptions(maximumTokens: 6, sampling: .init(temperature: 0), alternatives: 3)
    for token in try tokens([[1, 2]], options)[0] {
      #expect(token.alternatives.count == 3 && token.alternatives[0].token == token.token)
      #expect(token.logProbability == token.alternatives[0].logProbability)
    }
    let silent = try tokens([[1, 2]], GenerationOptions(maximumTokens: 2))[0]
    #expect(silent.allSatisfy { $0.logProbability == nil && $0.alternatives.isEmpty })
  }

  /// Going on with more text is as if it had been in the prompt.
  @Test func resuming() throws {
    let options = GenerationOptions(maximumTokens: 4, sampling: .init(temperature: 0))
    let batch = try TextBatch(model, tokenizer, prompts: [[1, 2]], options: options, isOpenEnded: true)
    var history: [Int32] = [1, 2]
    for more in [[], [7, 8, 9], [10]] as [[Int32]] {
      try batch.resume(0, with: more)
      history += more
      #expect(!batch.isFinished)
      let expected = try tokens([history], options)[0].map(\.token)
      var found: [Int] = []
      while !batch.isFinished { found += try batch.step().map(\.token.token) }
      #expect(found == expected)
      history += found.map(Int32.init)
    }
    #expect(throws: ModelError.sequenceTooLong(found: 13, maximum: 12)) {
      try batch.resume(0, with: [Int32](repeating: 1, count: 13))
    }
    #expect(throws: ModelError.tokenOutOfRange(token: 257, position: 0, vocabularySize: 257)) {
      try batch.resume(0, with: [257])
    }
  }

  @Test func whatCannotBeGenerated() throws {
    #expect(throws: ModelError.sequenceTooLong(found: 25, maximum: 24)) {
      try tokens([[Int32](repeating: 1, count: 25)], GenerationOptions())
    }
    #expect(throws: ModelError.tokenOutOfRange(token: 257, position: 1, vocabularySize: 257)) {
      try tokens([[1, 257]], GenerationOptions())
    }
    #expect(throws: SamplingOptionError.topP(0)) {
      try tokens([[1]], GenerationOptions(sampling: .init(topP: 0)))
    }
    #expect(throws: StopStringError.self) { try tokens([[1]], GenerationOptions(stopStrings: ["a", ""])) }
    #expect(throws: GenerationOptionError.maximumTokens(0)) {
      try GenerationOptions(maximumTokens: 0).check()
    }
    #expect(throws: GenerationOptionError.alternatives(-1)) {
      try GenerationOptions(alternatives: -1).check()
    }
  }

  @Test func damagedWeights() throws {
    let parameters = try Parameters.random(model.configuration, seed: 1)
    parameters.values(of: .lnfb)[3] = .nan
    let damaged = try LanguageModel(Weights(parameters))
    let batch = try TextBatch(damaged, tokenizer, prompts: [[1]], options: GenerationOptions())
    #expect(throws: SamplingError.self) { try batch.step() }
  }

  private func tokens(_ prompts: [[Int32]], _ options: GenerationOptions) throws -> [[GeneratedToken]] {
    let batch = try TextBatch(model, tokenizer, prompts: prompts, options: options)
    var texts = [[GeneratedToken]](repeating: [], count: prompts.count)
    while !batch.isFinished {
      for (index, token) in try batch.step() { texts[index].append(token) }
    }
    return texts
  }
}
