import GPT2BinaryFiles
import GPT2ModelFiles
import TestSupport
import Testing

@Suite struct RunModelTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func model(_ names: String...) throws -> RunModel? {
    for name in names { _ = try directory.write([UInt8](repeating: 0, count: 4), to: name) }
    return try RunModel(directory: directory.path)
  }

  @Test func theLastCheckpointThatIsWhole() throws {
    let found = try #require(
      try model(
        "model_00000010.bin", "DONE_00000010", "model_00000020.bin", "DONE_00000020", "model_00000030.bin"))
    #expect(found.result == directory.path + "/model_00000020.bin")
    #expect(found.step == 20)
    #expect(!found.holdsAdapters)
    #expect(found.tokenizerPath == nil)
  }

  @Test func theBestBeforeTheLast() throws {
    let found = try #require(
      try model("model_00000020.bin", "DONE_00000020", "best_00000010.bin", "tokenizer.bin"))
    #expect(found.result == directory.path + "/best_00000010.bin")
    #expect(found.tokenizerPath == directory.path + "/tokenizer.bin")
  }

  @Test func adapters() throws {
    let found = try #require(try model("adapters_00000020.bin", "DONE_00000020"))
    #expect(found.result == directory.path + "/adapters_00000020.bin")
    #expect(found.holdsAdapters)
    // Nothing says where their model is.
    #expect(expectFileError(directory.path + "/metrics.jsonl") { _ = try found.basePath() } == .notFound)
    _ = try directory.write(Array("{\"event\":\"run\",\"settings\":{}}\n".utf8), to: "metrics.jsonl")
    expectFileError(found.result) { _ = try found.basePath() }
  }

  @Test func noRun() throws {
    #expect(try model() == nil)
    #expect(try model("config.json", "model_00000010.bin") == nil)
  }
}
