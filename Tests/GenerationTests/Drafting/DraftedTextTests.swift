import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

/// A draft changes nothing: the same tokens, texts, ends and log-probabilities, bit for bit.
@Suite struct DraftedTextTests {
  private static let samplings: [SamplingOptions] = [
    .init(temperature: 0),
    .init(temperature: 0, repetitionPenalty: 1.3, repetitionWindow: 8, logitBias: [3: 2, 256: -.infinity]),
    .init(temperature: 1, seed: 3),
    .init(temperature: 0.4, topK: 5, seed: 4),
    .init(temperature: 0.7, topP: 0.8, minP: 0.05, repetitionPenalty: 1.2, logitBias: [40: 3], seed: 0),
  ]

  @Test(arguments: [WeightFormat.fp32, .bf16, .fp16, .q8_0], samplings)
  func everyFormatAndSampling(format: WeightFormat, sampling: SamplingOptions) throws {
    let model = try DraftedTexts.model(format, positions: 20)
    let kinds: [DraftKind] = format == .q8_0 ? [.q4_0, .nGram] : DraftKind.allCases
    for (index, length) in [1, 8, 9, 20].enumerated() {
      let options = GenerationOptions(
        maximumTokens: 45, sampling: sampling, stopsAtEndOfText: false, alternatives: 2)
      let prompt = DraftedTexts.prompt(length, seed: UInt64(index))
      try expectTheSame(model, [prompt], options, kinds)
    }
  }

  /// Every capacity of the cache that there is between a prompt and what it may grow to, and every end in a draft.
  @Test(arguments: DraftKind.allCases)
  func everyLength(kind: DraftKind) throws {
    let model = try DraftedTexts.model(positions: 24)
    for maximumTokens in 1...30 {
      let options = GenerationOptions(
        maximumTokens: maximumTokens, sampling: .init(temperature: 0), stopsAtEndOfText: false,
        alternatives: 0)
      try expectTheSame(model, [DraftedTexts.prompt(3)], options, [kind])
    }
  }

  /// Positions so few that halves of them are one, two or three tokens.
  @Test(arguments: DraftKind.allCases, [1, 2, 3, 5, 7])
  func fewPositions(kind: DraftKind, positions: Int) throws {
    let model = try DraftedTexts.model(positions: positions)
    for sampling in Self.samplings {
      let options = GenerationOptions(
        maximumTokens: 25, sampling: sampling, stopsAtEndOfText: false, alternatives: 0)
      try expectTheSame(model, [[7]], options, [kind])
    }
  }

  /// Side by side, of different lengths and ends, also more than may draft and more than have the bits of single ones.
  @Test(arguments: 1...9)
  func severalTexts(count: Int) throws {
    let model = try DraftedTexts.model(positions: 24)
    let prompts = (0..<count).map { DraftedTexts.prompt($0 % 4, seed: UInt64($0 / 2)) }
    for sampling in [Self.samplings[0], Self.samplings[3]] where count % 2 == 1 || sampling.temperature == 0 {
      let options = GenerationOptions(
        maximumTokens: 50, sampling: sampling, stopStrings: ["ab", "("], alternatives: 1)
      try expectTheSame(model, prompts, options, DraftKind.allCases)
    }
  }

  /// Each of several is what it is alone, beyond the positions too.
  @Test(arguments: [nil] + DraftKind.allCases.map(Optional.some))
  func eachTextIsAsAlone(kind: DraftKind?) throws {
    let model = try DraftedTexts.model(positions: 24)
    let prompts = [2, 9, 17].map { DraftedTexts.prompt($0) }
    var options = GenerationOptions(
      maximumTokens: 60, sampling: .init(temperature: 0.5, topK: 4, seed: 9), stopsAtEndOfText: false,
      alternatives: 1)
    let together = try DraftedTexts.write(model, prompts, options, draft: kind).texts
    for (text, prompt) in zip(together, prompts) {
      let alone = try DraftedTexts.write(model, [prompt], options, draft: kind).texts[0]
      #expect(text.map(\.bits) == alone.map(\.bits))
      options.sampling.seed += 1
    }
  }

  @Test(arguments: DraftKind.allCases)
  func endOfTextAndStopStringsInTheMiddleOfADraft(kind: DraftKind) throws {
    let model = try DraftedTexts.model()
    // Few tokens, so that they repeat: x, y and the end.
    let sampling = SamplingOptions(temperature: 1, logitBias: [120: 100, 121: 100, 256: 97], seed: 2)
    for seed in 1...8 as ClosedRange<UInt64> {
      var options = GenerationOptions(
        maximumTokens: 50, sampling: sampling, stopStrings: ["xyxx"], alternatives: 0)
      options.sampling.seed = seed
      try expectTheSame(model, [[1, 2]], options, [kind])
    }
  }

  @Test(arguments: DraftKind.allCases)
  func resuming(kind: DraftKind) throws {
    let model = try DraftedTexts.model()
    let options = GenerationOptions(
      maximumTokens: 11, sampling: .init(temperature: 0), stopsAtEndOfText: false, alternatives: 1)
    let batches = try [nil, try Draft(kind, for: model)].map {
      try TextBatch(model, .byteLevel, prompts: [[1, 2]], options: options, draft: $0, isOpenEnded: true)
    }
    for more in [[], [7, 8, 9], [10], [Int32](1...20), [], [5]] as [[Int32]] {
      let found = try batches.map { batch in
        try batch.resume(0, with: more)
        var tokens: [GeneratedToken] = []
        while !batch.isFinished { tokens += try batch.step().map(\.token) }
        return tokens
      }
      #expect(found[0].count == 11 && found[0].map(\.bits) == found[1].map(\.bits))
    }
  }

  @Test(arguments: [1, 2, 5])
  func anyNumberOfThreads(threads: Int) throws {
    let options = GenerationOptions(maximumTokens: 60, sampling: .init(temperature: 0), alternatives: 0)
    let expected = try DraftedTexts.write(DraftedTexts.model(), [[9]], options, draft: .q4_0)
    let found = try DraftedTexts.write(DraftedTexts.model(threads: threads), [[9]], options, draft: .q4_0)
    #expect(found.texts[0].map(\.bits) == expected.texts[0].map(\.bits) && found.counts == expected.counts)
  }

  /// What the other tests compare is worth it only if proposals are accepted, and others are not.
  @Test func draftsAreAcceptedAndRefused() throws {
    let model = try DraftedTexts.model(positions: 300)
    for (kind, sampling) in [
      (DraftKind.q8_0, SamplingOptions(temperature: 0)), (.q4_0, .init(temperature: 0)),
      (.q8_0, .init(temperature: 0.5, topK: 5)), (.nGram, .init(temperature: 0.3, topK: 2)),
    ] {
      let options = GenerationOptions(maximumTokens: 250, sampling: sampling, stopsAtEndOfText: false)
      let (texts, counts) = try DraftedTexts.write(model, [[1, 2, 3]], options, draft: kind)
      let found = try #require(counts)
      #expect(found.accepted > 20 && found.accepted < found.proposed, "\(kind): \(found)")
      #expect(found.tokens == texts[0].count - 1 && found.passes < found.tokens)
      #expect(found.tokensPerPass == Double(found.tokens) / Double(found.passes))
    }
  }

  private func expectTheSame(
    _ model: LanguageModel, _ prompts: [[Int32]], _ options: GenerationOptions, _ kinds: [DraftKind],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let plain = try DraftedTexts.write(model, prompts, options, draft: nil)
    #expect(plain.counts == nil)
    for kind in kinds {
      let drafted = try DraftedTexts.write(model, prompts, options, draft: kind)
      #expect(drafted.texts == plain.texts, "\(kind)", sourceLocation: sourceLocation)
      #expect(
        drafted.texts.map { $0.map(\.bits) } == plain.texts.map { $0.map(\.bits) }, "\(kind)",
        sourceLocation: sourceLocation)
    }
  }
}
