import Foundation
import TestSupport
import Testing

/// From texts and a model to a model that speaks, in one command.
@Suite struct FinetuneCommandTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let run = try workspace.train(output: "base")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
  }

  private func file(_ name: String) -> String { workspace.directory.file(name) }
  private func data(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }
  private func names(_ name: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(name)).sorted()
  }

  private func arguments(_ more: [String], output: String) -> [String] {
    [
      "finetune", file("text.txt"), "--model", file("base"), "--output", file(output), "--threads", "2",
      "--learning-rate", "0.01",
    ] + more
  }

  private func finetune(_ more: String..., output: String = "tuned") throws -> Command {
    try Command(arguments(more, output: output))
  }

  /// "2 of 5: gpt2 train …" as the arguments of it; none of these has a space in it.
  private func steps(_ run: Command) -> [[String]] {
    run.diagnostics.split(separator: "\n").compactMap { line in
      guard let range = line.range(of: " of 5: gpt2 ") else { return nil }
      return line[range.upperBound...].split(separator: " ").map(String.init)
    }
  }

  /// Typed one by one, what it prints does what it did.
  @Test func theStepsAreTheCommandsItPrints() throws {
    let run = try finetune("--steps", "4")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
    let steps = steps(run)
    #expect(steps.map(\.first) == ["tokenize", "train", "evaluate", "generate", "report"])
    #expect(run.diagnostics.contains("\(file("tuned")) is a model now"))

    var output = ""
    for step in steps {
      let typed = try Command(step.map { $0.replacingOccurrences(of: "tuned", with: "typed") })
      #expect(typed.exitCode == 0, "\(typed.diagnostics)")
      output += typed.output
    }
    #expect(try names("tuned") == names("typed"))
    #expect(try data("tuned/model_00000004.bin") == data("typed/model_00000004.bin"))
    #expect(try data("tuned/text_train.bin") == data("typed/text_train.bin"))
    // All but the speed, and the path.
    func lines(_ text: String) -> [String] {
      text.split(separator: "\n").map { String($0).replacingOccurrences(of: "typed", with: "tuned") }
        .filter { !$0.contains("tokens/s") }
    }
    #expect(lines(run.output) == lines(output))
  }

  /// An epoch is as many updates as the text has batches; the loss falls, and the best model is kept.
  @Test func itLearns() throws {
    let run = try finetune("--epochs", "2")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
    let losses = run.diagnostics.split(separator: "\n").filter { $0.hasPrefix("validation loss after step ") }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    let (first, last) = (try #require(losses.first), try #require(losses.min()))
    #expect(last < first - 0.5)
    #expect(try names("tuned").contains { $0.hasPrefix("best_") })
    #expect(FileManager.default.fileExists(atPath: file("tuned/report.html")))
  }

  @Test func adaptersAreTrainedWhereAskedFor() throws {
    let run = try finetune("--steps", "2", "--lora-rank", "2")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
    #expect(try names("tuned").contains("adapters_00000002.bin"))
    #expect(!(try names("tuned").contains("model_00000002.bin")))
  }

  @Test func withJSONNothingElseIsOnStandardOutput() throws {
    let run = try finetune("--steps", "2", "--json")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
    for line in run.output.split(separator: "\n") {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
    #expect(run.output.contains(#""event":"plan""#))
  }

  /// Stopped while it trained, it says how it goes on, and ends with the bits of a run that never stopped.
  @Test func itGoesOnWhereItWasStopped() throws {
    let whole = try finetune("--steps", "400", output: "whole")
    try #require(whole.exitCode == 0, "\(whole.diagnostics)")
    let running = try RunningCommand(arguments(["--steps", "400"], output: "tuned"), untilSteps: 3)
    running.process.interrupt()
    let stopped = try running.finish()
    #expect(stopped.exitCode == 130)
    let line = try #require(stopped.diagnostics.split(separator: "\n").last { $0.contains("go on with: ") })
    #expect(line.contains("finetune") && line.hasSuffix(" --resume"))
    #expect(!FileManager.default.fileExists(atPath: file("tuned/report.html")))

    // Earlier versions kept no plan, and the command is the one in the log.
    let old = file("old")
    try FileManager.default.copyItem(atPath: file("tuned"), toPath: old)
    try FileManager.default.removeItem(atPath: old + "/plan.json")

    // Other settings do not count: those of its first part do.
    let more = try finetune("--steps", "7", "--resume")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(more.diagnostics.contains("2 of 5: gpt2 train --resume \(file("tuned")) --threads 2\n"))
    #expect(try data("tuned/model_00000400.bin") == data("whole/model_00000400.bin"))
    #expect(FileManager.default.fileExists(atPath: file("tuned/report.html")))

    try FileManager.default.removeItem(atPath: file("tuned"))
    try FileManager.default.moveItem(atPath: old, toPath: file("tuned"))
    let unplanned = try finetune("--steps", "7", "--resume")
    #expect(unplanned.exitCode == 0, "\(unplanned.diagnostics)")
    #expect(unplanned.diagnostics.contains("2 of 5: gpt2 train --model"))
    #expect(try data("tuned/model_00000400.bin") == data("whole/model_00000400.bin"))
  }

  /// Killed before its first step it has tokens alone.
  @Test func tokensThatAreThereAreGoneOnWith() throws {
    try FileManager.default.createDirectory(atPath: file("tuned"), withIntermediateDirectories: false)
    for part in ["train", "val"] {
      try FileManager.default.copyItem(
        atPath: file("text_\(part).bin"), toPath: file("tuned/text_\(part).bin"))
    }
    let before = try names("tuned")
    expectRefusal(try finetune("--steps", "2"), naming: "token files already there", "--resume")
    #expect(try names("tuned") == before)
    let run = try finetune("--steps", "2", "--resume")
    #expect(run.exitCode == 0, "\(run.diagnostics)")
    #expect(steps(run).map(\.first) == ["train", "evaluate", "generate", "report"])
  }

  @Test func aRunIsReplacedWhereAskedFor() throws {
    #expect(try finetune("--steps", "2").exitCode == 0)
    expectRefusal(try finetune("--steps", "3"), naming: "already there", "--resume", "--overwrite")
    let run = try finetune("--steps", "3", "--overwrite")
    #expect(run.exitCode == 0, "\(run.diagnostics)")
    #expect(try names("tuned").contains("model_00000003.bin"))
    #expect(!(try names("tuned").contains("model_00000002.bin")))
  }

  /// Of questions and answers the answers are learnt; no token files are made, and the run keeps the template.
  @Test func instructionsAreLearntAsSuch() throws {
    let path = file("answers.jsonl")
    let lines = (0..<20).map { #"{"prompt": "\#($0)?", "completion": "\#($0 % 3)."}"# }
    try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    func finetune(_ more: String...) throws -> Command {
      try Command(
        ["finetune", path, "--model", file("base"), "--output", file("tuned"), "--learning-rate", "0.01"]
          + more)
    }
    let run = try finetune("--epochs", "2")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
    let train = try #require(
      run.diagnostics.split(separator: "\n").first { $0.hasPrefix("1 of 2: gpt2 train") })
    #expect(train.contains("--instructions \(path) --hold-out 0.1"))
    #expect(run.diagnostics.contains("2 of 2: gpt2 report"))
    let names = try names("tuned")
    #expect(names.contains("template.json") && !names.contains("text_train.bin"))
    let answer = try Command("generate", "--model", file("tuned"), "--prompt", "7?", "--max-tokens", "3")
    #expect(answer.exitCode == 0, "\(answer.diagnostics)")
    // All is done, so that there is nothing left to go on with but the report.
    #expect(try finetune("--resume").exitCode == 0)
    let two = try Command(
      "finetune", path, file("text.txt"), "--model", file("base"), "--output", file("other"))
    expectRefusal(two, naming: "instructions", "one file")
  }
}

/// What is refused is refused before anything is written.
@Suite struct FinetuneRefusalTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let run = try workspace.train(output: "base")
    try #require(run.exitCode == 0, "\(run.diagnostics)")
  }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private func refuse(
    _ arguments: [String], naming words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let run = try Command(["finetune"] + arguments + ["--output", file("tuned")])
    #expect(run.exitCode == 2, sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    for word in words {
      #expect(run.diagnostics.contains(word), "\(run.diagnostics)", sourceLocation: sourceLocation)
    }
    #expect(!FileManager.default.fileExists(atPath: file("tuned/model_00000001.bin")))
  }

  @Test func whatIsMissingIsNamed() throws {
    try refuse(["--model", file("base")], naming: "<texts>")
    try refuse([file("text.txt")], naming: "--model")
    try refuse([file("none.txt"), "--model", file("base")], naming: "none.txt", "no such file")
    try refuse([file("text.txt"), "--model", file("none.bin")], naming: "none.bin", "no such file")
    #expect(!FileManager.default.fileExists(atPath: file("tuned")))
  }

  @Test func aSizeIsNoModelToGoOnWith() throws {
    try refuse([file("text.txt"), "--model", "d2"], naming: "d2 is a size", "use train")
  }

  @Test func aModelWithoutATokenizerNeedsOne() throws {
    try refuse(
      [file("text.txt"), "--model", file("base/model_00000003.bin")],
      naming: "a model without a tokenizer", "--tokenizer")
    #expect(!FileManager.default.fileExists(atPath: file("tuned")))
  }

  @Test func optionsThatExcludeEachOther() throws {
    let rest = [file("text.txt"), "--model", file("base")]
    try refuse(rest + ["--steps", "2", "--epochs", "2"], naming: "--epochs and --steps")
    try refuse(rest + ["--resume", "--overwrite"], naming: "--resume and --overwrite")
    try refuse(rest + ["--from-tokens", "uint16"], naming: "--from-tokens")
    try refuse(rest + ["--steps", "0"], naming: "--steps is 0")
  }

  @Test func aShortTextIsTooLittle() throws {
    let path = file("short.txt")
    try "To be, or not to be.".write(toFile: path, atomically: true, encoding: .utf8)
    try refuse([path, "--model", file("base")], naming: "too little text")
  }

  @Test func theRunOfAnotherCommandIsNotGoneOnWith() throws {
    let run = try Command(
      "finetune", file("text.txt"), "--model", file("base"), "--output", file("base"), "--resume")
    expectRefusal(run, naming: "a run of another command")
  }
}
