import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Generation

/// What a step reads and writes.
@Suite struct ContinuousBatchTests {
  private let batch: ContinuousBatch

  init() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 128, vocabularySize: 257, layers: 2, heads: 2, channels: 32)
    let model = try LanguageModel(Weights(.random(configuration, seed: 5)), on: Workers(count: 2))
    batch = ContinuousBatch(model, .byteLevel, draft: nil, promptBytes: 1 << 20)
  }

  private func add(_ prompt: [Int32], seed: UInt64 = 1) throws -> RunningText {
    let options = GenerationOptions(
      maximumTokens: 30, sampling: SamplingOptions(seed: seed), stopsAtEndOfText: false)
    let text = try RunningText(
      TextRequest(prompt: prompt, options: options), for: batch.model, batch.tokenizer, from: batch.pool)
    batch.add(text)
    return text
  }

  /// How many tokens each text had of a step.
  private func step(promptTokens: Int) -> [ObjectIdentifier: Int] {
    var counts: [ObjectIdentifier: Int] = [:]
    batch.step(promptTokens: promptTokens) { progress in
      for part in progress { counts[ObjectIdentifier(part.text), default: 0] += part.tokens.count }
    }
    return counts
  }

  private var readsInPieces: Bool {
    Linear.packsEachRowAlike(batch.model.precision, on: batch.model.workers)
  }

  /// The others have a token for every piece of it.
  @Test func aLongPromptHoldsNobodyUp() throws {
    guard readsInPieces else { return }
    let quick = try add([1, 2, 3])
    #expect(step(promptTokens: 16)[ObjectIdentifier(quick)] == 1)
    let long = try add((0..<90).map { Int32($0) })
    for piece in 1...6 {
      let before = batch.counts.promptTokens
      let written = step(promptTokens: 16)
      #expect(written[ObjectIdentifier(quick)] == 1)
      #expect(written[ObjectIdentifier(long)] ?? 0 == (piece == 6 ? 1 : 0))
      #expect(batch.counts.promptTokens - before == (piece == 6 ? 10 : 16))
    }
    #expect(step(promptTokens: 16).values.allSatisfy { $0 == 1 })
  }

  /// Of equal prompts one is read; of one that begins alike what comes after the last whole page.
  @Test func sharedBeginningsAreReadOnce() throws {
    let prompt = (0..<70).map { Int32($0) }
    let texts = try [prompt, prompt, prompt + [1, 2], prompt.prefix(40) + [7], [9] + prompt].enumerated().map
    {
      try add($1, seed: UInt64($0 + 1))
    }
    #expect(step(promptTokens: .max).count == texts.count)
    guard readsInPieces else { return }
    #expect(batch.counts.promptTokens == 70 + (72 - 64) + (41 - 32) + 71)
    #expect(batch.counts.sharedPromptTokens == 70 + 64 + 32)
    // And once they have gone.
    for text in texts { batch.remove(text) }
    _ = try add(prompt)
    _ = step(promptTokens: .max)
    #expect(batch.counts.promptTokens == 70 + 8 + 9 + 71 + (70 - 64))
  }

  /// What one text has switched off is another's, too, only if it has switched off the same.
  @Test func whatIsSwitchedOffIsNotShared() throws {
    let prompt = (0..<70).map { Int32($0) }
    let heads = Ablation(heads: [.init(layer: 0, head: 1)])
    let texts = try [nil, heads, heads].map { ablation in
      var options = GenerationOptions(
        maximumTokens: 1, sampling: SamplingOptions(temperature: 0), alternatives: 1)
      options.ablation = ablation
      let text = try RunningText(
        TextRequest(prompt: prompt, options: options), for: batch.model, batch.tokenizer, from: batch.pool)
      batch.add(text)
      return text
    }
    var found: [ObjectIdentifier: Double] = [:]
    batch.step { progress in
      for part in progress { found[ObjectIdentifier(part.text)] = part.tokens[0].logProbability }
    }
    let values = try texts.map { try #require(found[ObjectIdentifier($0)]) }
    #expect(values[0] != values[1] && values[1] == values[2])
    guard readsInPieces else { return }
    #expect(batch.counts.promptTokens == 140 && batch.counts.sharedPromptTokens == 70)
  }
}
