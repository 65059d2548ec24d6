import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import gpt2

/// `train --config`.
@Suite struct ConfigurationFileTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private func configuration(_ more: String = "") throws -> String {
    try workspace.directory.write(
      #"{"model": "d1", "positions": 16, "data": "\#(workspace.training)", "validation": "#
        + #""\#(workspace.validation)", "tokenizer": "\#(workspace.tokenizer)", "batch-size": 2, "#
        + #""sequence_length": 16, "--steps": 3, "threads": 2, "learning-rate": 1e-3, "shuffle": false\#(more)}"#,
      to: "run.json")
    return file("run.json")
  }

  private func plan(_ run: String) throws -> [String: String] {
    let data = try Data(contentsOf: URL(fileURLWithPath: file(run) + "/plan.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(object["options"] as? [String: String])
  }

  private func weights(_ run: String, step: Int = 3) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(run) + "/model_0000000\(step).bin"))
  }

  /// The same bits as when all is typed, and the command line wins.
  @Test func standsForWhatIsTyped() throws {
    let typed = try workspace.train("--learning-rate", "0.001", "--no-shuffle", output: "typed")
    #expect(typed.exitCode == 0, "\(typed.diagnostics)")
    let configured = try Command("train", "--config", try configuration(), "-o", file("configured"))
    #expect(configured.exitCode == 0, "\(configured.diagnostics)")
    #expect(try weights("configured") == weights("typed"))
    #expect(try plan("configured") == plan("typed"))
    #expect(try plan("typed").count > 30)
    let changed = try Command(
      "train", "--config=" + (try configuration()), "-o", file("changed"), "--shuffle", "-x", "2", "--seed",
      "7")
    #expect(changed.exitCode == 0, "\(changed.diagnostics)")
    let kept = try plan("changed")
    #expect(kept["--steps"] == "2" && kept["--shuffle"] == "true" && kept["--seed"] == "7")
    #expect(kept["--learning-rate"] == "0.001" && kept["--batch-size"] == "2")
  }

  /// A run's own record, or its directory, from whichever folder; its tokenizer is the copy that it keeps.
  @Test func aRunsRecordIsOne() throws {
    #expect(try Command("train", "--config", try configuration(), "-o", file("first")).exitCode == 0)
    try FileManager.default.removeItem(atPath: workspace.tokenizer)
    for (name, source) in [("second", "first"), ("third", "first/plan.json"), ("fourth", "first/")] {
      let again = try Command("train", "--config", file(source), "-o", file(name))
      #expect(again.exitCode == 0, "\(again.diagnostics)")
      #expect(try weights(name) == weights("first"))
      var (one, other) = (try plan(name), try plan("first"))
      (one["--tokenizer"], other["--tokenizer"]) = (nil, nil)
      #expect(one == other)
    }
  }

  /// Its paths begin where it was begun.
  @Test func aRecordOfAnotherFolder() throws {
    let inside = [
      "train", "-e", "d1", "--positions", "16", "-i", "text_train.bin", "-t", "16", "-x", "1", "-o", "a",
    ]
    #expect(try TerminalRun(inside, in: workspace.directory.path).exitCode == 0)
    let again = try Command("train", "--config", file("a"), "-o", file("b"))
    #expect(again.exitCode == 0, "\(again.diagnostics)")
    #expect(try weights("a", step: 1) == weights("b", step: 1))
  }

  @Test func outputMayBeInIt() throws {
    let path = try configuration(#", "output": "\#(file("there"))""#)
    #expect(try Command("train", "--config", path).exitCode == 0)
    #expect(FileManager.default.fileExists(atPath: file("there/plan.json")))
    // Of a run that goes on its values are changes.
    let more = try Command("train", "--resume", file("there"), "--config", path, "--steps", "4")
    #expect(more.exitCode == 0 && more.diagnostics.contains("steps: 3 before, 4 now"), "\(more.diagnostics)")
    expectRefusal(
      try Command("train", "--config", try configuration()), naming: "Missing expected argument '--output",
      "run.json was read")
  }

  @Test(arguments: [
    (
      #"{"batchsize": 3}"#,
      "found the key 'batchsize', expected options of gpt2 train. Did you mean 'batch-size'?"
    ),
    (#"{"zzz": 3}"#, "found the key 'zzz', expected options of gpt2 train. gpt2 help train lists them."),
    (#"{"batch-size": "3"}"#, "batch-size: found '3', expected a whole number; correct it"),
    (#"{"batch-size": 1.5}"#, "batch-size: found 1.5, expected a whole number; correct it"),
    (#"{"learning-rate": "fast"}"#, "learning-rate: found 'fast', expected a number; correct it"),
    (#"{"learning-rate": true}"#, "learning-rate: found true, expected a number; correct it"),
    (#"{"shuffle": 1}"#, "shuffle: found 1, expected true or false; correct it"),
    (#"{"data": ["a"]}"#, "data: found an array, expected a text in quotes; correct it"),
    (#"{"data": {"a": 1}}"#, "data: found an object, expected a text in quotes; correct it"),
    (#"{"model": null}"#, "model: found null, expected a text in quotes; correct it"),
    (
      #"{"schedule": "cosin"}"#,
      "schedule: found 'cosin', expected one of constant, cosine, linear, wsd; correct it"
    ),
    (#"{"recompute": 3}"#, "recompute: found 3, expected one of 0, 1, 2; correct it"),
    (#"{"data": "a\u0000b"}"#, "data: found 'a"),
    (#"{"steps": 2, "--steps": 3}"#, "found the key '--steps' twice, expected it once; remove one"),
    (
      #"{"resume": true}"#,
      "found the key 'resume', which each call says anew; give --resume on the command line"
    ),
    (#"{"config": "a"}"#, "found the key 'config', which each call says anew"),
    (#"{"batch-size": 0}"#, "--batch-size is 0, expected a whole number from 1 to 1048576."),
    (#"{"seed": -1}"#, "The value '-1' is invalid for '--seed <seed>'"),
    ("[1]", "found JSON that is an array, expected an object"), ("{", "line 1: found"), ("", "found"),
    (#"{"version": 9, "options": {}, "directory": "/", "dataBeginAfter": 0}"#, "version 9"),
    (
      #"{"version": 1, "options": {"--steps": 3}, "directory": "/", "dataBeginAfter": 0}"#,
      "a run's plan as JSON"
    ),
    (
      #"{"version": 1, "options": {"--stepz": "3"}, "directory": "/", "dataBeginAfter": 0}"#,
      "found the key '--stepz', expected options of gpt2 train. Did you mean 'steps'?"
    ),
    (
      #"{"version": 1, "options": {"--steps": "many"}, "directory": "/", "dataBeginAfter": 0}"#,
      "--steps: found 'many', expected a whole number; correct it"
    ),
  ])
  func whatIsWrongIsNamed(text: String, message: String) throws {
    try workspace.directory.write(text, to: "bad.json")
    let result = try Command(
      "train", "--config", file("bad.json"), "-e", "d1", "-i", workspace.training, "-o", file("run"))
    expectRefusal(result, naming: "bad.json: ", message)
    #expect(!FileManager.default.fileExists(atPath: file("run")))
  }

  @Test func whatIsNotThere() throws {
    expectRefusal(
      try Command("train", "--config", file("none.json"), "-o", file("run")),
      naming: "none.json: no such file")
    try FileManager.default.createDirectory(atPath: file("empty"), withIntermediateDirectories: true)
    expectRefusal(
      try Command("train", "--config", file("empty"), "-o", file("run")),
      naming: "empty/plan.json: no such file")
    // What contradicts the command line may be either's fault.
    expectRefusal(
      try Command("train", "--config", try configuration(), "--momentum", "0.9", "-o", file("run")),
      naming: "--momentum needs --optimizer", "run.json was read")
  }

  /// Each option that a file may have takes what a plan keeps of it.
  @Test func everyKeptValueIsOfItsKind() throws {
    let command = try TrainCommand.parse([
      "-e", "d2", "-i", "data/*.bin", "-o", "run", "--optimizer", "muon", "--momentum", "0.1", "--lora-rank",
      "2",
      "--quantize", "q8_0", "--patience", "3", "-x", "7", "-z", "0", "--hellaswag", "h.bin", "--replicas",
      "1",
    ])
    for (name, value) in command.planValues {
      let planned = try #require(PlannedOption.all.first { $0.name == name })
      #expect(planned.kind.takes(value), "\(name) \(value)")
    }
  }
}
