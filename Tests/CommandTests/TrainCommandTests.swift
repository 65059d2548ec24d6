import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

@Suite struct TrainCommandTests {
  /// Files of the byte-level tokenizer, of which a new model needs no more than they say.
  @Test func theDataSaysTheVocabulary() throws {
    let workspace = try Workspace()
    let arguments = [
      "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--validation",
      workspace.validation, "--batch-size", "2", "--sequence-length", "16", "--steps", "1", "--output",
    ]
    let run = workspace.directory.file("run")
    let stated = try Command(arguments + [run])
    #expect(stated.exitCode == 0)
    #expect(
      stated.diagnostics.contains(
        "note: the model gets a vocabulary of 257 tokens, as \(workspace.training) says"))
    let model = try Checkpoint.configuration(of: run + "/model_00000001.bin")
    #expect(model.vocabularySize == 257)

    // As llm.c's scripts and earlier versions write them.
    for path in [workspace.training, workspace.validation] {
      var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      bytes.set(3, to: 0)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
    let other = workspace.directory.file("other")
    let counted = try Command(arguments + [other])
    #expect(counted.exitCode == 0)
    #expect(
      counted.diagnostics.contains(
        "257 tokens, by the largest token in \(workspace.training); name a --tokenizer"))
    #expect(try Checkpoint.configuration(of: other + "/model_00000001.bin").vocabularySize == 257)
  }

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
    let line = try #require(run.diagnostics.split(separator: "\n").first { $0.contains("step 3/3") })
    for part in ["loss", "norm", "ms", "tokens/s", "lr", "GFLOP/s", "% of peak", "left"] {
      #expect(line.contains(part))
    }
    #expect(run.output.isEmpty)
    #expect(!run.diagnostics.contains("\u{1B}"))
  }

  @Test func aRunIsNotOverwrittenUnlessAsked() throws {
    _ = try workspace.train()
    let model = workspace.directory.file("run/model_00000003.bin")
    let before = try Data(contentsOf: URL(fileURLWithPath: model))
    let again = try workspace.train("--seed", "7")
    #expect(again.exitCode == 2)
    #expect(again.diagnostics.contains("model_00000003.bin: found a run's model already there"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) == before)
    #expect(try workspace.train("--seed", "7", "--overwrite").exitCode == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: model)) != before)
  }

  @Test func aRunThatDivergesKeepsTheWeightsOfTheStepBefore() throws {
    let run = try workspace.train("--steps", "20", "--learning-rate", "1e30", "--validation-interval", "0")
    #expect(run.exitCode == 1)
    #expect(run.diagnostics.contains("gpt2: step 2: found loss"))
    #expect(run.diagnostics.contains("run/model_00000001.bin"))
    #expect(try runs() == [1])
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "skipped: no /dev/full"))
  func aRunWhoseOutputFailsIsStillFinishedAndSaved() throws {
    let run = try shell("train", "--json", redirection: ">/dev/full")
    #expect(run.exitCode == 2)
    #expect(run.diagnostics.contains("gpt2: standard output: writing to it failed: No space left on device"))
    #expect(try runs() == [3])
  }

  @Test func aRunWhoseReadersGoAwayIsStillFinishedAndSaved() throws {
    let run = try shell("train", "--json", redirection: "2>&1 | head -n 1 >/dev/null")
    #expect(run.exitCode == 0, "head's own exit code")
    // The shell waits for head alone, so the run may be a moment behind.
    let deadline = ContinuousClock.now + .seconds(60)
    while try runs() != [3], ContinuousClock.now < deadline { usleep(20_000) }
    #expect(try runs() == [3])
  }

  @Test func aModelThatTheMachineCannotHoldIsRefused() throws {
    let run = try workspace.train(model: "d84")
    #expect(run.exitCode == 2)
    #expect(run.diagnostics.contains("not enough memory: found"))
    #expect(try !workspace.directory.names().contains("run"))
  }

  @Test func positionsOfACheckpointCannotBeChosen() throws {
    let run = try workspace.train("--positions", "8", model: TestFiles.fixture("tiny.bin"))
    #expect(run.exitCode == 2)
    #expect(run.diagnostics.contains("--positions is for new models"))
  }

  @Test func aSizeThatThereIsNoneOfIsAnsweredWithThoseThereAre() throws {
    let run = try Command(
      "train", "--model", "d13", "--data", workspace.training, "--tokenizer", workspace.tokenizer, "--output",
      workspace.directory.file("run"))
    #expect(run.exitCode == 2)
    #expect(run.diagnostics.contains("d1 to d12, d24"))
  }

  /// The steps of the run's checkpoints.
  private func runs() throws -> [Int] { try RunFiles(workspace.directory.file("run")).checkpoints }

  /// A short run through a shell, with its streams redirected.
  private func shell(_ command: String, _ option: String, redirection: String) throws -> Command {
    let words = [
      Command.path, command, option, "--model", "d1", "--data", workspace.training, "--tokenizer",
      workspace.tokenizer, "--output", workspace.directory.file("run"), "--positions", "8", "-b", "1", "-t",
      "8", "--steps", "3",
    ]
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    return try Command(["-c", "\(line) \(redirection)"], executable: "/bin/sh")
  }
}
