import Foundation
import TestSupport
import Testing

/// `train --sequence-warm-up-steps` and `--batch-warm-up-steps`.
@Suite struct WarmUpCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private func train(_ options: [String], output: String = "run") throws -> Command {
    try Command(
      [
        "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--tokenizer",
        workspace.tokenizer, "--output", file(output), "--batch-size", "2", "--sequence-length", "16",
        "--sample-interval", "0",
      ] + options)
  }

  private let warmUps = [
    "--total-batch-size", "96", "--batch-warm-up-steps", "4", "--sequence-warm-up-steps", "3",
    "--first-sequence-length", "4",
  ]

  @Test func theRunSaysWhatGrowsAndCountsItsTokens() throws {
    let run = try train(warmUps + ["--steps", "6", "--json"])
    #expect(run.exitCode == 0, "\(run.diagnostics)")
    #expect(run.diagnostics.contains("\n        sequences of 4 tokens at first, of 16 from step 4 on\n"))
    #expect(run.diagnostics.contains("\n        one batch of each replica at first, all from step 5 on\n"))
    let tokens = try run.output.split(separator: "\n").compactMap { line -> Int? in
      let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard event?["event"] as? String == "step" else { return nil }
      let speed = try #require(event?["tokensPerSecond"] as? Double)
      return Int((speed * (try #require(event?["milliseconds"] as? Double)) / 1000).rounded())
    }
    #expect(tokens == [32, 32, 64, 64, 96, 96])
    let metrics = try String(contentsOfFile: file("run/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.contains(#""batch warm-up steps":"4""#))
    #expect(metrics.contains(#""first sequence length":"4""#))
  }

  /// Once through the data takes more steps if the first are smaller.
  @Test func stepsThroughTheDataAreCountedByTokens() throws {
    func steps(_ options: [String], _ output: String) throws -> Int {
      let run = try train(["--total-batch-size", "96"] + options, output: output)
      try #require(run.exitCode == 0, "\(run.diagnostics)")
      return try #require(try RunFiles(file(output)).checkpoints.last)
    }
    let plain = try steps([], "plain")
    // 1, 1, 2, 2 batches, then 3: six fewer in the first four steps are two steps more.
    #expect(try steps(["--batch-warm-up-steps", "4"], "warm") == plain + 2)
  }

  @Test func theRunGoesOnToTheSameBytes() throws {
    let options = warmUps + ["--steps", "6", "--checkpoint-interval", "2"]
    try #require(try train(options, output: "whole").exitCode == 0)
    try #require(try train(options).exitCode == 0)
    for name in try RunFiles(file("run")).names
    where ["00000004", "00000006"].contains(where: name.contains) {
      try FileManager.default.removeItem(atPath: file("run/\(name)"))
    }
    let more = try Command("train", "--resume", file("run"))
    #expect(more.exitCode == 0 && !more.diagnostics.contains("before,"), "\(more.diagnostics)")
    #expect(try RunFiles(file("run")).checkpoint(6) == RunFiles(file("whole")).checkpoint(6))
    let changed = try Command("train", "--resume", file("run"), "--batch-warm-up-steps", "9", "--steps", "7")
    #expect(changed.exitCode == 0 && changed.diagnostics.contains("no longer the run that was begun"))
  }

  @Test(arguments: [
    (["--first-sequence-length", "4"], "--first-sequence-length needs --sequence-warm-up-steps"),
    (["--sequence-warm-up-steps", "2"], "--first-sequence-length is 32, expected less than T = 16"),
    (["--sequence-warm-up-steps", "-1"], "--sequence-warm-up-steps"),
    (["--sequence-warm-up-steps", "2", "--first-sequence-length", "0"], "--first-sequence-length"),
    (["--batch-warm-up-steps", "2"], "--batch-warm-up-steps needs updates of several batches"),
    (["--batch-warm-up-steps", "2", "--total-batch-size", "64", "-a", "1"], "--overfit-batch exclude"),
    (["--batch-warm-up-steps", "-2"], "--batch-warm-up-steps"),
  ])
  func whatCannotGrowIsRefused(options: [String], words: String) throws {
    expectRefusal(try train(options + ["--steps", "1"]), naming: words)
    #expect(!FileManager.default.fileExists(atPath: file("run")))
  }

  @Test func examplesStayWhole() throws {
    let refused = try Command(
      "train", "--model", "d1", "--instructions", "x.jsonl", "--output", file("run"),
      "--sequence-warm-up-steps", "2")
    expectRefusal(refused, naming: "--sequence-warm-up-steps is for --data")
  }
}
