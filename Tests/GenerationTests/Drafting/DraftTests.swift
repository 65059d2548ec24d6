import GPT2Tokens
import GPT2Kernels
import TestSupport
import Testing
import GPT2Transformer
import GPT2WeightFormats

@testable import GPT2Generation

@Suite struct DraftTests {
  @Test(arguments: [
    (WeightFormat.q4_0, DraftKind.q4_0, WeightFormat.q4_0), (.q4_0, .q8_0, .q8_0), (.q8_0, .q8_0, .q8_0),
  ])
  func aDraftIsSmaller(weights: WeightFormat, kind: DraftKind, draft: WeightFormat) throws {
    let model = try DraftedTexts.model(weights)
    #expect(throws: DraftError.notSmaller(draft: draft, weights: weights)) { try Draft(kind, for: model) }
    #expect(try Draft(.nGram, for: model).model == nil)
  }

  @Test(arguments: [DraftKind.q4_0, .q8_0])
  func rowsAreWholeBlocks(kind: DraftKind) throws {
    let configuration = try Configuration(
      maximumSequenceLength: 8, vocabularySize: 30, layers: 1, heads: 1, channels: 40)
    let model = try LanguageModel(Weights(.random(configuration, seed: 1)))
    let format = try #require(kind.format)
    #expect(throws: DraftError.partialBlocks(draft: format, columns: 40)) { try Draft(kind, for: model) }
  }

  @Test func errorsSayWhatToDo() {
    #expect(
      DraftError.notSmaller(draft: .q8_0, weights: .q4_0).description
        == "found a draft in q8_0 for weights in q4_0, expected a smaller format than theirs; draft with ngram, "
        + "or not at all")
    #expect(
      DraftError.partialBlocks(draft: .q4_0, columns: 40).description
        == "found rows of 40 values in the weights, expected whole blocks of 32 for a draft in q4_0; draft with ngram"
    )
  }

  /// What a draft proposes is what its own model writes with the random numbers that come next, and leaves the cache
  /// and the text's generator alone.
  @Test(arguments: [SamplingOptions(temperature: 0), .init(temperature: 0.8, topK: 9, seed: 6)])
  func proposalsAreTheSmallerModels(sampling: SamplingOptions) throws {
    let model = try DraftedTexts.model()
    let draft = try Draft(.q8_0, for: model)
    let small = try #require(draft.model)
    #expect(small.weights.format == .q8_0)
    let prompt: [Int32] = [4, 9, 30, 2]
    let cache = KeyValueCache(for: model, capacity: 40)
    let pass = InferencePass(model.configuration)
    try model.read([.init(cache, Array(prompt.dropLast()))], in: pass)
    var sampler = try TokenSampler(sampling, vocabularySize: 257)
    var drafter = draft.drafter()
    let found = try drafter.propose(for: [
      DraftRequest(tokens: prompt, cache: cache, sampler: sampler, written: 0, limit: 5),
      DraftRequest(tokens: prompt, cache: cache, sampler: sampler, written: 0, limit: 0),
    ])
    #expect(cache.count == 3)

    var (text, expected) = (prompt, [Int32]())
    for _ in 0..<5 {
      try small.read([.init(cache, text.suffix(1))], in: pass)
      let token = Int32(try sampler.sample(pass.logits(), history: text).token)
      text.append(token)
      expected.append(token)
    }
    #expect(found == [expected, []])
  }

  /// Weights that the draft's format has no numbers for make no draft.
  @Test func aDraftThatIsNotFinite() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 30, vocabularySize: 257, layers: 1, heads: 2, channels: 32)
    let parameters = try Parameters.random(configuration, seed: 3)
    // A scale beyond fp16's range makes the block's values infinite.
    parameters.values(of: .attprojw)[0] = 1e7
    let model = try LanguageModel(Weights(parameters))
    #expect(throws: WeightFormatError.self) { _ = try Draft(.q8_0, for: model) }
  }

  @Test func damagedWeightsAreAnErrorAsWithoutADraft() throws {
    let parameters = try Parameters.random(DraftedTexts.model().configuration, seed: 1)
    parameters.values(of: .wte)[32 * 5] = .nan
    let model = try LanguageModel(Weights(parameters))
    let batch = try TextBatch(
      model, .byteLevel, prompts: [[1]], options: GenerationOptions(), draft: try Draft(.nGram, for: model))
    #expect(throws: SamplingError.self) { try batch.step() }
    #expect(throws: WeightFormatError.self) { _ = try Draft(.q4_0, for: model) }
  }
}
