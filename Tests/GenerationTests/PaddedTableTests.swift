import GPT2Kernels
import TestSupport
import Testing
import GPT2Tokens
import GPT2Transformer

@testable import GPT2Generation

/// A token table of 300 rows beside a tokenizer of 257 tokens: the others are never written.
@Suite struct PaddedTableTests {
  private let model: LanguageModel

  /// The rows beyond the tokenizer are the likeliest by far.
  init() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 24, vocabularySize: 300, layers: 2, heads: 2, channels: 32)
    let parameters = try Parameters.random(configuration, seed: 5)
    for row in 257..<300 {
      for column in 0..<32 { parameters[.wte][row][column] *= 20 }
    }
    model = try LanguageModel(Weights(parameters), on: Workers(count: 2))
  }

  private func texts(_ sampling: SamplingOptions, draft: DraftKind?) throws -> [[Int32]] {
    let batch = try TextBatch(
      model, .byteLevel, prompts: [[72, 105], []],
      options: GenerationOptions(maximumTokens: 30, sampling: sampling, stopsAtEndOfText: false),
      draft: try draft.map { try Draft($0, for: model) })
    var texts: [[Int32]] = [[], []]
    while !batch.isFinished {
      for (index, token) in try batch.step() { texts[index].append(Int32(token.token)) }
    }
    return texts
  }

  @Test(arguments: [SamplingOptions(temperature: 0), .init(temperature: 1.5, seed: 3)])
  func rowsBeyondTheTokenizerAreNeverWritten(sampling: SamplingOptions) throws {
    let plain = try texts(sampling, draft: nil)
    for text in plain {
      #expect(text.count == 30)
      #expect(text.allSatisfy { $0 < 257 })
    }
    for kind in [DraftKind.q4_0, .q8_0, .nGram] {
      #expect(try texts(sampling, draft: kind) == plain, "\(kind)")
    }
  }

  /// The likeliest of the known tokens, where the likeliest of all is another.
  @Test func greedyTokensAreTheLikeliestKnownOnes() throws {
    let cache = KeyValueCache(for: model, capacity: 24)
    let pass = InferencePass(model.configuration)
    var unread: [Int32] = [72, 105]
    var (expected, others): ([Int32], Int) = ([], 0)
    for _ in 0..<20 {
      try model.read([.init(cache, unread)], in: pass)
      let logits = Array(pass.logits())
      func likeliest(_ logits: ArraySlice<Float>) -> Int {
        logits.indices.max { logits[$0] < logits[$1] } ?? 0
      }
      let token = likeliest(logits[..<257])
      if likeliest(logits[...]) != token { others += 1 }
      expected.append(Int32(token))
      unread = [Int32(token)]
    }
    #expect(others > 10)
    #expect(try texts(SamplingOptions(temperature: 0), draft: nil)[0].prefix(20) == expected[...])
  }

  @Test func aPromptOfUnknownTokensIsRefused() throws {
    #expect(throws: ModelError.tokenOutOfRange(token: 257, position: 1, vocabularySize: 257)) {
      _ = try TextBatch(model, .byteLevel, prompts: [[1, 257]], options: GenerationOptions())
    }
  }
}
