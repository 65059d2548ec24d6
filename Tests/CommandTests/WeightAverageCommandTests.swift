import Foundation
import TestSupport
import Testing

/// `train --ema-decay`.
@Suite struct WeightAverageCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }
  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }

  private func train(_ options: String..., output: String = "run") throws -> Command {
    try Command(
      [
        "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--validation",
        workspace.validation, "--tokenizer", workspace.tokenizer, "--output", file(output), "--batch-size",
        "2", "--sequence-length", "16", "--steps", "6", "--learning-rate", "1e-2", "--validation-interval",
        "3", "--sample-interval", "0",
      ] + options)
  }

  @Test func theAverageIsSaidMeasuredAndSavedAsAModel() throws {
    let run = try train("--ema-decay", "0.9", "--json")
    #expect(run.exitCode == 0, "\(run.diagnostics)")
    #expect(run.diagnostics.contains("weights averaged with decay 0.9\n"))
    #expect(run.diagnostics.contains(", average "), "of the memory")
    #expect(run.diagnostics.contains(", of the averaged weights "))
    let events = try run.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(events[0]["average"] as? Int == events[0]["weights"] as? Int)
    let losses = events.filter { $0["event"] as? String == "validation" }
    #expect(losses.map { $0["emaLoss"] == nil } == [true, false, false])
    #expect(losses.last?["emaLoss"] as? Double != losses.last?["loss"] as? Double)

    // What evaluate and generate take; the run's model is the plain one.
    func text(of model: String) throws -> String {
      let text = try Command(
        "generate", "--model", file(model), "--tokenizer", workspace.tokenizer, "--prompt", "To be",
        "--max-tokens", "5", "--temperature", "0")
      #expect(text.exitCode == 0 && text.output.hasPrefix("To be"), "\(text.diagnostics)")
      return text.output
    }
    _ = try text(of: "run/ema_00000006.bin")
    #expect(try text(of: "run") == text(of: "run/model_00000006.bin"))
    let report = try Command("report", file("run"), "--csv")
    #expect(report.output.contains("validation_loss,ema_validation_loss,"))
    #expect(try Command("report", file("run")).exitCode == 0)
  }

  @Test func theRunGoesOnToTheSameBytes() throws {
    try #require(try train("--ema-decay", "0.9", output: "whole").exitCode == 0)
    try #require(try train("--ema-decay", "0.9", "--checkpoint-interval", "4").exitCode == 0)
    for name in try RunFiles(file("run")).names where name.contains("00000006") {
      try FileManager.default.removeItem(atPath: file("run/\(name)"))
    }
    let more = try Command("train", "--resume", file("run"))
    #expect(more.exitCode == 0 && !more.diagnostics.contains("before,"), "\(more.diagnostics)")
    #expect(try RunFiles(file("run")).checkpoint(6) == RunFiles(file("whole")).checkpoint(6))
    #expect(try bytes("run/ema_00000006.bin") == bytes("whole/ema_00000006.bin"))
    // Another decay, from here on, is a change like that of what only watches.
    let changed = try Command("train", "--resume", file("run"), "--ema-decay", "0.5", "--steps", "7")
    #expect(changed.exitCode == 0, "\(changed.diagnostics)")
    #expect(changed.diagnostics.contains("note: ema decay: 0.9 before, 0.5 now"))
    #expect(!changed.diagnostics.contains("no longer the run"))
  }

  /// A run that was begun without it, and one of a version that did not know it.
  @Test func itMayBeginLater() throws {
    try #require(try train("--checkpoint-interval", "4").exitCode == 0)
    #expect(try !RunFiles(file("run")).names.contains { $0.hasPrefix("ema_") })
    let more = try Command("train", "--resume", file("run"), "--ema-decay", "0.9", "--steps", "8")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(more.diagnostics.contains("note: ema decay: none before, 0.9 now"))
    #expect(try RunFiles(file("run")).names.filter { $0.hasPrefix("ema_") }.last == "ema_00000008.bin")
  }

  @Test(arguments: [
    (["--ema-decay", "1"], "--ema-decay is 1.0, expected a number from 0 to less than 1"),
    (["--ema-decay", "-0.1"], "--ema-decay"), (["--ema-decay", "nan"], "--ema-decay is nan"),
    (["--ema-decay", "0.9", "--lora-rank", "2"], "--ema-decay and --lora-rank exclude each other"),
    (["--ema-decay", "0.9", "--local-steps", "2"], "--ema-decay and --local-steps exclude each other"),
  ])
  func whatCannotBeAveragedIsRefused(options: [String], words: String) throws {
    let refused = try Command(
      [
        "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--tokenizer",
        workspace.tokenizer, "--output", file("run"), "--steps", "1",
      ] + options)
    expectRefusal(refused, naming: words)
    #expect(!FileManager.default.fileExists(atPath: file("run")))
  }
}
