import GPT2BinaryFiles
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2Generation

/// The generator against a plain GPT-2 in double precision that reads all it may see for every token.
@Suite struct GeneratorTests {
  static let fixtures = ["awkward", "tiny"]

  @Test(arguments: fixtures)
  func greedyTakesTheGreatestLogitAfterPromptsOfAnyLength(name: String) throws {
    let model = try model(name)
    let longest = model.configuration.maximumSequenceLength
    for length in 1...longest {
      let prompt = prompt(length, for: model, seed: UInt64(length))
      let generator = try Generator(
        model, prompt: prompt, endOfText: 0, maximumTokens: 2, sampling: .init(temperature: 0))
      try expectGreedy(generator, name, prompt: prompt, tokens: 2)
    }
  }

  @Test(arguments: fixtures)
  func promptsThatTheModelHasNoPositionsFor(name: String) throws {
    let model = try model(name)
    let longest = model.configuration.maximumSequenceLength
    #expect(throws: ModelError.sequenceTooLong(found: longest + 1, maximum: longest)) {
      try Generator(
        model, prompt: [Int32](repeating: 1, count: longest + 1), endOfText: 0, maximumTokens: 1,
        sampling: .init())
    }
  }

  /// One text that grows from one token to far beyond the model's positions.
  @Test(arguments: fixtures)
  func greedyGoesOnPastTheModelsPositions(name: String) throws {
    let model = try model(name)
    let count = 3 * model.configuration.maximumSequenceLength
    let generator = try Generator(
      model, prompt: [2], endOfText: 0, maximumTokens: count, sampling: .init(temperature: 0))
    try expectGreedy(generator, name, prompt: [2], tokens: count)
  }

  @Test(arguments: fixtures, [1, 42] as [UInt64])
  func drawingIsTheSamplersFromThePlainLogits(name: String, seed: UInt64) throws {
    let model = try model(name)
    let plain = PlainGPT2(try parameters(name))
    let settings = SamplingOptions(temperature: 0.9, topK: 7, seed: seed)
    let generator = try Generator(
      model, prompt: [1, 2, 3], endOfText: 0, maximumTokens: 40, sampling: settings)
    var sampler = Sampler(settings)
    var text: [Int32] = [1, 2, 3]
    for _ in 0..<40 {
      let window = window(text, of: model)
      let expected = try sampler.sample(plain.logits(after: window).map(Float.init))
      #expect(try generator.next() == expected)
      text.append(Int32(expected))
    }
    #expect(generator.tokens == text)
  }

  @Test func anEmptyPromptStartsAtEndOfText() throws {
    let model = try model("tiny")
    let settings = SamplingOptions(temperature: 0)
    let generator = try Generator(
      model, prompt: [], endOfText: 5, maximumTokens: 4, sampling: settings)
    #expect(generator.tokens == [5])
    try expectGreedy(generator, "tiny", prompt: [5], tokens: 4)
  }

  @Test(arguments: [31, 32, -1, .max, .min] as [Int32])
  func tokensThatTheModelDoesNotHave(token: Int32) throws {
    let model = try model("tiny")
    #expect(throws: ModelError.tokenOutOfRange(token: Int(token), position: 2, vocabularySize: 31)) {
      try Generator(model, prompt: [0, 30, token, 99], endOfText: 0, maximumTokens: 1, sampling: .init())
    }
  }

  @Test func anEndOfTextThatTheModelDoesNotHave() throws {
    let model = try model("tiny")
    #expect(throws: ModelError.tokenOutOfRange(token: 50_256, position: 0, vocabularySize: 31)) {
      try Generator(model, prompt: [], endOfText: 50_256, maximumTokens: 1, sampling: .init())
    }
  }

  /// Memory is bounded by the model's positions, not by what might be asked for.
  @Test(arguments: [Int.max, Int.max - 1, 1 << 40])
  func generatingWithoutEnd(maximumTokens: Int) throws {
    let model = try model("tiny")
    let generator = try Generator(
      model, prompt: [1, 2], endOfText: 0, maximumTokens: maximumTokens, sampling: .init(temperature: 0))
    try expectGreedy(generator, "tiny", prompt: [1, 2], tokens: 25)
  }

  @Test(arguments: [1, 2, 5])
  func anyNumberOfThreadsGivesTheSameText(threads: Int) throws {
    func text(on workers: Workers) throws -> [Int32] {
      let model = try LanguageModel(Weights(Checkpoint.read(TestFiles.fixture("awkward.bin"))), on: workers)
      let generator = try Generator(
        model, prompt: [1], endOfText: 0, maximumTokens: 60, sampling: .init(seed: 3))
      for _ in 0..<60 { _ = try generator.next() }
      return generator.tokens
    }
    #expect(try text(on: Workers(count: threads)) == text(on: Workers(count: 3)))
  }

  @Test func damagedWeightsAreAnErrorAndAppendNothing() throws {
    let parameters = try Checkpoint.read(TestFiles.fixture("tiny.bin"))
    parameters.values(of: .lnfb)[0] = .nan
    let generator = try Generator(
      LanguageModel(Weights(parameters)), prompt: [1], endOfText: 0, maximumTokens: 3, sampling: .init())
    for _ in 0..<2 { #expect(throws: SamplingError.self) { try generator.next() } }
    #expect(generator.tokens == [1])
  }

  private func model(_ name: String) throws -> LanguageModel {
    try LanguageModel(Weights(try parameters(name)))
  }

  private func parameters(_ name: String) throws -> Parameters {
    try Checkpoint.read(TestFiles.fixture("\(name).bin"))
  }

  /// What the model sees of a text: all of it, or, each time maxT positions are used up, from the last maxT / 2
  /// tokens on.
  private func window(_ text: [Int32], of model: LanguageModel) -> [Int32] {
    let positions = model.configuration.maximumSequenceLength
    var start = 0
    for count in 1...text.count where count - start > positions { start = count - positions / 2 }
    return Array(text[start...])
  }

  private func prompt(_ length: Int, for model: LanguageModel, seed: UInt64) -> [Int32] {
    var random = SeededRandom(seed: seed)
    let vocabulary = 0..<Int32(model.configuration.vocabularySize)
    return (0..<length).map { _ in Int32.random(in: vocabulary, using: &random) }
  }

  private func expectGreedy(
    _ generator: Generator, _ name: String, prompt: [Int32], tokens: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let plain = PlainGPT2(try parameters(name))
    var text = prompt
    for _ in 0..<tokens {
      let logits = plain.logits(after: window(text, of: generator.model))
      let token = try generator.next()
      // The greatest, but for what rounding to fp32 may reverse.
      let greatest = try #require(logits.max())
      #expect(logits[token] > greatest - 1e-5, "after \(text.count) tokens", sourceLocation: sourceLocation)
      text.append(Int32(token))
    }
    #expect(generator.tokens == text, sourceLocation: sourceLocation)
  }
}
