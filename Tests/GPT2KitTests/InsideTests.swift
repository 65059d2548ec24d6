import Foundation
import GPT2Kernels
import GPT2ModelFiles
import Synchronization
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2Kit

/// Scores, embeddings and a look inside, and how a model is loaded.
@Suite struct InsideTests {
  private let gpt2: GPT2

  init() throws {
    let configuration = try Configuration(
      maximumSequenceLength: 32, vocabularySize: 300, layers: 2, heads: 2, channels: 32)
    gpt2 = GPT2(
      try LanguageModel(Weights(.random(configuration, seed: 5)), on: Workers(count: 2)), .byteLevel)
  }

  /// What generation reports of its own tokens is what a score of the text says.
  @Test func scoresAreThoseOfGeneration() async throws {
    let options = GenerationOptions(
      maximumTokens: 20, sampling: .init(temperature: 2), stopsAtEndOfText: false, alternatives: 3)
    var tokens = [72, 105]
    var logProbabilities: [Double] = []
    for try await token in gpt2.generate("Hi", options) {
      tokens.append(token.token)
      logProbabilities.append(token.logProbability ?? 0)
    }
    let scores = try await gpt2.score(tokens: tokens, alternatives: 3)
    #expect(scores.count == 21 && scores.map(\.token) == Array(tokens.dropFirst()))
    for (score, expected) in zip(scores.suffix(20), logProbabilities) {
      #expect(abs(score.logProbability - expected) < 1e-4 && score.alternatives.count == 3)
    }
    #expect(try await gpt2.score("Hi") == gpt2.score(tokens: [72, 105]))
    #expect(try await gpt2.score("").isEmpty)
    let special = try await gpt2.score("a<|endoftext|>", parsingSpecialTokens: true)
    #expect(special.map(\.token) == [256])
  }

  @Test func embeddings() async throws {
    let mean = try await gpt2.embedding(of: "Hi")
    let last = try await gpt2.embedding(of: "Hi", pooling: .last)
    let first = try await gpt2.embedding(of: "H")
    #expect(mean.count == 32)
    #expect(Closeness.error(of: mean, against: zip(first, last).map { ($0 + $1) / 2 }) < 1e-5)
  }

  @Test func requests() async throws {
    let request = try InspectionRequest(
      json: Data(#"{"text": "Hi", "attention": [{"layer": 1}], "next": {"top": 1}}"#.utf8))
    let report = try await gpt2.inspect(request)
    let inspection = try await gpt2.inspect("Hi", keeping: InspectionParts(attention: [1]))
    #expect(report.attention?.count == 2)
    #expect(report.attention?[1].weights[1] == (try inspection.attention(layer: 1, head: 1)[1]))
    #expect(report.next?.likeliest.map(\.id) == (try inspection.next(top: 1).likeliest.map(\.token)))
    // Rows beyond the tokenizer stand for nothing.
    #expect(report.model.vocabularySize == 257)
    let off = Ablation(heads: [.init(layer: 0, head: 0)])
    let ablated = try await gpt2.inspect("Hi", ablation: off)
    #expect(try ablated.next() != inspection.next())
    let text = try await gpt2.generate("Hi", .init(maximumTokens: 20, ablation: off)).text()
    #expect(try await gpt2.generate("Hi", .init(maximumTokens: 20)).text() != text)
  }

  /// The page's request asks for all there is, and its report has all there may be.
  @Test func thePagesJSONIsRead() throws {
    let page = try String(
      contentsOfFile: TestFiles.project("Sources/GPT2Kit/GPT2Kit.docc/LookingInside.md"), encoding: .utf8)
    let blocks = page.components(separatedBy: "```json\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
    try #require(blocks.count == 2)
    func sorted(_ json: String) throws -> Data {
      let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
      return try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
    }
    let request = try JSONEncoder().encode(InspectionRequest(json: blocks[0].utf8))
    // What may be left out is in the page's request but for the tokens, and a neuron's alternatives.
    #expect(try sorted(String(decoding: request, as: UTF8.self)) == sorted(blocks[0]))
    let report = try JSONDecoder().decode(InspectionReport.self, from: Data(blocks[1].utf8))
    #expect(try sorted(report.json()) == sorted(blocks[1]))
  }

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
    await expectSame("found layer 2, expected 0 to 1") {
      _ = try await gpt2.inspect("Hi", keeping: InspectionParts(attention: [2]))
    }
    await expectSame("found head 2 to switch off") {
      _ = try await gpt2.generate("Hi", .init(ablation: Ablation(heads: [.init(layer: 0, head: 2)]))).text()
    }
    await expectSame("found a sequence of 33 tokens") {
      _ = try await gpt2.score(String(repeating: "a", count: 33))
    }
  }

  @Test func loadingTellsItsStages() async throws {
    let folder = URL(fileURLWithPath: TestFiles.fixture("huggingface/model"))
    let stages = Mutex<[LoadingStage]>([])
    let loaded = try await GPT2.load(contentsOf: folder, draft: .nGram) { stage in
      stages.withLock { $0.append(stage) }
    }
    let plain = try GPT2(contentsOf: folder)
    let options = GenerationOptions(maximumTokens: 8, sampling: .init(temperature: 0))
    #expect(try await loaded.generate("the", options).text() == plain.generate("the", options).text())
    #expect(loaded.draft?.kind == .nGram && plain.draft == nil)
    let found = stages.withLock { $0 }
    #expect(found.first == .opening && found.contains(.preparing))
    #expect(Array(found.suffix(2)) == [.drafting, .ready])
    #expect(found.contains(.reading(fraction: 0)))
  }

  /// llm.c's checkpoint stays where the file has it, so its bytes are counted.
  @Test func loadingCountsBytes() async throws {
    let directory = try TemporaryDirectory()
    let configuration = try Configuration(
      maximumSequenceLength: 8, vocabularySize: 257, layers: 1, heads: 1, channels: 8)
    let (model, tokenizer) = (directory.file("model.bin"), directory.file("tokenizer.bin"))
    try Checkpoint.write(try .random(configuration, seed: 1), to: model, replacing: false)
    try Tokenizer.byteLevel.write(to: tokenizer, replacing: false)
    let stages = Mutex<[LoadingStage]>([])
    _ = try await GPT2.load(contentsOf: model, tokenizer: tokenizer) { stage in
      stages.withLock { $0.append(stage) }
    }
    let expected: [LoadingStage] = [
      .opening, .reading(fraction: 0), .reading(fraction: 1), .preparing, .ready,
    ]
    #expect(stages.withLock { $0 } == expected)
  }

  @Test func loadingStopsWhenItIsCancelled() async throws {
    let path = TestFiles.fixture("huggingface/model")
    let task = Task {
      try await GPT2.load(contentsOf: path) { _ in withUnsafeCurrentTask { $0?.cancel() } }
    }
    await #expect(throws: CancellationError.self) { _ = try await task.value }
    await #expect(throws: FileError.self) {
      _ = try await GPT2.load(contentsOf: URL(fileURLWithPath: "/nowhere.gguf"))
    }
    #expect(throws: FileError.self) { _ = try GPT2(contentsOf: URL(fileURLWithPath: "/nowhere.gguf")) }
  }
}
