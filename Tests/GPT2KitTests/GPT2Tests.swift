import Foundation
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2Kit

@Suite struct GPT2Tests {
  let gpt2: GPT2

  init() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 32, vocabularySize: 257, layers: 2, heads: 2, channels: 32)
    gpt2 = GPT2(
      try LanguageModel(Weights(.random(configuration, seed: 5)), on: Workers(count: 2)), .byteLevel)
  }

  @Test func theSequenceIsTheBatchs() async throws {
    let options = GenerationOptions(maximumTokens: 50, alternatives: 2)
    let batch = try TextBatch(gpt2.model, gpt2.tokenizer, prompts: [[72, 105]], options: options)
    var expected: [GeneratedToken] = []
    while !batch.isFinished { expected += try batch.step().map(\.token) }
    var found: [GeneratedToken] = []
    for try await token in gpt2.generate("Hi", options) { found.append(token) }
    #expect(found == expected && found.count == 50)
    found = []
    for try await token in gpt2.generate(continuing: [72, 105], options) { found.append(token) }
    #expect(found == expected)
    #expect(try await gpt2.generate("Hi", options).text() == expected.map(\.text).joined())
  }

  /// A conversation is put into the template that the model learnt, or into Alpaca's.
  @Test func conversations() async throws {
    let messages = [
      Message(.user, "A"), Message(.assistant, "B"), Message(.user, "<|endoftext|>"),
    ]
    let template = InstructionTemplate(
      user: .init(before: "Q: ", after: "\n"), assistant: .init(before: "A: ", after: "\n"))
    let taught = GPT2(gpt2.model, gpt2.tokenizer, template: template)
    let prompt = try taught.prompt(messages: messages)
    #expect(taught.decode(prompt) == "Q: A\nA: B<|endoftext|>\nQ: <|endoftext|>\nA: ")
    #expect(prompt.filter { $0 == 256 }.count == 1)
    #expect(
      try gpt2.decode(gpt2.prompt(messages: [Message(.user, "A")]))
        == "### Instruction:\nA\n\n### Response:\n")
    let options = GenerationOptions(maximumTokens: 4)
    let answer = try await taught.generate(answering: [Message(.user, "")], options).text()
    let same = try taught.generate(continuing: taught.prompt(messages: [Message(.user, "")]), options)
    #expect(try await same.text() == answer)
  }

  /// What an app's alert shows.
  @Test func errorsSayInFoundationWhatTheySayHere() async throws {
    func expectSame(_ expected: String, _ body: () async throws -> Void) async {
      do {
        try await body()
        Issue.record("nothing was thrown")
      } catch {
        #expect("\(error)".contains(expected))
        #expect(error.localizedDescription == "\(error)")
      }
    }
    await expectSame("missing.gguf: no such file") { _ = try GPT2(contentsOf: "missing.gguf") }
    await expectSame("found a sequence of 33 tokens") {
      for try await _ in gpt2.generate(continuing: [Int](repeating: 1, count: 33)) {}
    }
    await expectSame("temperature") {
      for try await _ in gpt2.generate("Hi", .init(sampling: .init(temperature: -1))) {}
    }
    await expectSame("found") { for try await _ in gpt2.generate("Hi", .init(maximumTokens: 0)) {} }
  }

  /// As the tokenizer has it, or as is asked for: llm.c's and that of bytes spell special tokens out.
  @Test func specialTokensInPrompts() async throws {
    #expect(try gpt2.encode("a<|endoftext|>", parsingSpecialTokens: true) == [97, 256])
    #expect(try gpt2.encode("<|") == [60, 124])
    #expect(try gpt2.encode("<|endoftext|>").count == 13)
    let options = GenerationOptions(maximumTokens: 20)
    let parsed = try await gpt2.generate("a<|endoftext|>", options, parsingSpecialTokens: true).text()
    let same = try await gpt2.generate(continuing: [97, 256], options).text()
    #expect(parsed == same)
    let folder = try GPT2(contentsOf: TestFiles.fixture("special_tokens/model"))
    #expect(try folder.encode("a[PAD]") == [64, 769])
    #expect(try folder.encode("a[PAD]", parsingSpecialTokens: false).count > 2)
  }

  /// Only special ones: of each of the fixture's tokens what is shown.
  @Test func specialTokensAreNotShown() async throws {
    let folder = try GPT2(contentsOf: TestFiles.fixture("special_tokens/model"))
    for (token, text) in [(757, "<nl>"), (758, ""), (769, "")] {
      let sampling = SamplingOptions(temperature: 0, logitBias: [token: 1e6])
      let options = GenerationOptions(maximumTokens: 1, sampling: sampling)
      for try await next in folder.generate(continuing: [64], options) {
        #expect(next.token == token && next.text == text)
      }
    }
  }

  /// The same texts, of whose tokens several come from one pass.
  @Test(arguments: DraftKind.allCases)
  func drafts(kind: DraftKind) async throws {
    let drafting = GPT2(gpt2.model, gpt2.tokenizer, draft: try Draft(kind, for: gpt2.model))
    for temperature in [0, 0.5] as [Float] {
      let options = GenerationOptions(
        maximumTokens: 70, sampling: .init(temperature: temperature, topK: 3), stopsAtEndOfText: false,
        alternatives: 1)
      var found: [[GeneratedToken]] = []
      for gpt2 in [gpt2, drafting] {
        var tokens: [GeneratedToken] = []
        for try await token in gpt2.generate("To be", options) { tokens.append(token) }
        found.append(tokens)
      }
      #expect(found[0].count == 70 && found[0] == found[1])
    }
  }

  /// Many texts at once over one model, each what it is alone.
  @Test func severalAtOnce() async throws {
    let gpt2 = gpt2
    func text(_ seed: UInt64) async throws -> String {
      try await gpt2.generate("To be", GenerationOptions(maximumTokens: 60, sampling: .init(seed: seed)))
        .text()
    }
    var alone: [String] = []
    for seed in 1...4 as ClosedRange<UInt64> { alone.append(try await text(seed)) }
    async let first = text(1)
    async let second = text(2)
    async let third = text(3)
    async let fourth = text(4)
    #expect(try await [first, second, third, fourth] == alone)
  }

  @Test func cancellationEndsTheIteration() async throws {
    let gpt2 = gpt2
    let task = Task { () -> Int in
      var count = 0
      for try await _ in gpt2.generate("x", GenerationOptions(maximumTokens: .max, stopsAtEndOfText: false)) {
        count += 1
        if count == 3 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return count
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func errorsReachTheIteration() async throws {
    await #expect(throws: ModelError.sequenceTooLong(found: 40, maximum: 32)) {
      try await gpt2.generate(String(repeating: "x", count: 40)).text()
    }
    await #expect(throws: GenerationOptionError.maximumTokens(0)) {
      try await gpt2.generate("x", GenerationOptions(maximumTokens: 0)).text()
    }
    await #expect(throws: ModelError.self) { try await gpt2.generate(continuing: [-1]).text() }
    await #expect(throws: ModelError.self) { try await gpt2.generate(continuing: [1 << 40]).text() }
    #expect(throws: FileError.self) { try GPT2(contentsOf: "/nowhere/model.gguf") }
    #expect(throws: FileError.self) { try GPT2(contentsOf: TestFiles.fixture("tiny.bin")) }
  }

  /// A folder that transformers wrote, with its tokenizer; the same as by the floors.
  @Test func aHuggingFaceFolder() async throws {
    let path = TestFiles.fixture("huggingface/model")
    let gpt2 = try GPT2(contentsOf: path, threads: 1)
    let options = GenerationOptions(maximumTokens: 8, sampling: SamplingOptions(temperature: 0))
    let text = try await gpt2.generate("the", options).text()
    let model = Model(try Parameters.read(path), on: Workers(count: 1))
    let floors = GPT2(try LanguageModel(model), gpt2.tokenizer)
    #expect(try await floors.generate("the", options).text() == text)
    #expect(!text.isEmpty)
  }

  @Test func tokensAndText() throws {
    #expect(try gpt2.encode("é!") == [0xC3, 0xA9, 0x21])
    #expect(gpt2.decode([0xC3, 0xA9, 0x21]) == "é!" && gpt2.decode([0xC3]) == "\u{FFFD}")
    #expect(gpt2.maximumPromptLength == 32)
  }

  /// README shows what is compiled here.
  @Test func theExampleIsReadmes() throws {
    let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let source = try String(
      contentsOf: directory.appendingPathComponent("ReadmeExample.swift"), encoding: .utf8)
    let readme = try String(
      contentsOf: directory.appendingPathComponent("../../README.md"), encoding: .utf8)
    let example = try #require(source.components(separatedBy: "// example\n").last)
      .components(separatedBy: "// end of example")[0]
    #expect(readme.contains("```swift\n\(example)```"))
  }

  @Test func theExampleRuns() async throws {
    await #expect(throws: FileError.self) { try await tellAStory(model: "/nowhere", tokenizer: "/nowhere") }
  }
}
