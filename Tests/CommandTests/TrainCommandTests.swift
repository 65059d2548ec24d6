import Foundation
import TestSupport
import Testing

@Suite struct TrainCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test func trainingLowersTheLossAndTheModelSpeaks() throws {
    let run = try workspace.train("--steps", "30", "--learning-rate", "3e-3", "--json")
    #expect(run.exitCode == 0)
    let events = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let losses = events.filter { $0["event"] as? String == "step" }.compactMap { $0["loss"] as? Double }
    #expect(losses.count == 30)
    // A new model knows nothing: the loss is that of 257 equally likely tokens.
    #expect(abs((losses.first ?? 0) - log(257)) < 0.1)
    #expect((losses.last ?? 9) < 4)
    let validations = events.filter { $0["event"] as? String == "validation" }
    #expect(validations.compactMap { $0["step"] as? Int } == [0, 30])

    let model = workspace.directory.file("run/model_00000030.bin")
    let text = try Command(
      "generate", "--model", model, "--tokenizer", workspace.tokenizer, "--prompt", "To be",
      "--max-tokens", "20", "--temperature", "0", "--ignore-end-of-text")
    #expect(text.exitCode == 0)
    #expect(text.output.hasPrefix("To be"))
    #expect(text.output.utf8.count > "To be".utf8.count)
    #expect(text.diagnostics.contains(model))
    #expect(text.diagnostics.contains("tokens/s"))
  }

  @Test func theSameRunWritesTheSameBytesOnAnyNumberOfThreads() throws {
    _ = try workspace.train(output: "one")
    _ = try workspace.train(output: "two")
    _ = try workspace.train("--threads", "1", output: "three")
    let models = try ["one", "two", "three"].map {
      try Data(contentsOf: URL(fileURLWithPath: workspace.directory.file("\($0)/model_00000003.bin")))
    }
    #expect(models[0] == models[1])
    #expect(models[0] == models[2])
  }

  @Test func fineTuningGoesOnFromACheckpoint() throws {
    _ = try workspace.train(output: "first")
    let run = try workspace.train(
      model: workspace.directory.file("first/model_00000003.bin"), output: "second")
    #expect(run.exitCode == 0)
    #expect(try workspace.directory.names().contains("second"))
  }

  @Test func progressShowsStepLossSpeedAndTimeLeft() throws {
    let run = try workspace.train()
    let line = try #require(run.diagnostics.split(separator: "\n").first { $0.hasPrefix("step 3/3") })
    for part in ["loss", "norm", "ms", "tokens/s", "GFLOP/s", "left"] { #expect(line.contains(part)) }
    #expect(run.output.isEmpty)
    #expect(!run.diagnostics.contains("\u{1B}"))
  }

  @Test func aRunIsNotOverwrittenUnlessAsked() throws {
    _ = try workspace.train()
    let model = workspace.directory.file("run/model_00000003.bin")
    let before = try Data(contentsOf: URL(fileURLWithPath: model))
    let again = try workspace.train("--seed", "7")
    #expect(again.exitCode == 2)
    #expect(again.diagnostics.contains("model_00000003.bin: already exists"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == before)
    #expect(try workspace.train("--seed", "7", "--overwrite").exitCode == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) != before)
  }

  @Test func aLongRunStopsAtASignalAndSaves() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = [
      "train", "--model", "d1", "--data", workspace.training, "--tokenizer", workspace.tokenizer, "--output",
      workspace.directory.file("run"), "--positions", "8", "--batch-size", "1", "--sequence-length", "8",
      "--steps", "20000", "--json",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The first event means that the steps have begun; what follows is read so that the pipe never fills.
    _ = output.fileHandleForReading.availableData
    process.interrupt()
    _ = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.directory.file("run"))
    #expect(names.count == 1)
    #expect(names.first?.hasPrefix("model_") == true)
    #expect(names.first != "model_00020000.bin", "the signal was not noticed")
  }
}
