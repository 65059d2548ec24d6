import Foundation
import TestSupport
import Testing

/// A run that is stopped in the middle, in a process of its own.
@Suite struct InterruptedTrainingTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aSignalStopsTheRunWhichIsSaved(signal: Int32) throws {
    let exitCode = try train { process in kill(process.processIdentifier, signal) }
    #expect(exitCode == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.directory.file("run"))
    let done = names.filter { $0.hasPrefix("DONE_") }
    #expect(done.count == 1)
    #expect(done.first != "DONE_00020000", "the signal was not noticed")
    #expect(names.count == 8, "a checkpoint of four files, two logs, the plan, and the tokenizer")
  }

  /// What it learns from is cut under it: what it has learnt is saved, and it says why it ends.
  @Test func whereTheDataAreCutTheRunIsSaved() throws {
    let data = workspace.directory.file("long.bin")
    var bytes = try Data(contentsOf: URL(fileURLWithPath: workspace.training))
    let tokens = bytes.dropFirst(1024)
    let copies = 64
    var header = Array(bytes.prefix(1024))
    header.set(2, to: Int32(tokens.count / 2 * copies))
    bytes = Data(header)
    for _ in 0..<copies { bytes += tokens }
    try bytes.write(to: URL(fileURLWithPath: data))
    let run = try RunningCommand(
      [
        "train", "--model", "d1", "--data", data, "--tokenizer", workspace.tokenizer, "--output",
        workspace.directory.file("run"), "--positions", "8", "--batch-size", "1", "--sequence-length", "8",
        "--steps", "20000",
      ], untilSteps: 3)
    #expect(truncate(data, 1024 + 512) == 0)
    let (exitCode, diagnostics) = try run.finish()
    #expect(exitCode == 2)
    #expect(diagnostics.contains("gpt2: \(data): found 1536 bytes, for it was cut"), "\(diagnostics)")
    let saved = try RunFiles(workspace.directory.file("run")).checkpoints
    #expect(saved.count == 1 && saved[0] >= 3 && saved[0] < 20_000)
    // With the data back, it goes on from there.
    try bytes.write(to: URL(fileURLWithPath: data))
    let steps = "\((saved.first ?? 0) + 1)"
    let more = try Command("train", "--resume", workspace.directory.file("run"), "--steps", steps)
    #expect(more.exitCode == 0, "\(more.diagnostics)")
  }

  @Test func whereTheDirectoryIsGoneTheModelIsSavedElsewhere() throws {
    let refuge = workspace.directory.file("refuge")
    try FileManager.default.createDirectory(atPath: refuge, withIntermediateDirectories: false)
    let exitCode = try train(temporaryDirectory: refuge) { process in
      try FileManager.default.removeItem(atPath: workspace.directory.file("run"))
      process.interrupt()
    }
    #expect(exitCode == 2)
    // A whole checkpoint, in a directory of its own.
    let names = try FileManager.default.contentsOfDirectory(atPath: refuge)
    #expect(names.count == 1)
    let run = refuge + "/" + (names.first ?? "")
    #expect(try RunFiles(run).checkpoints.count == 1)
  }

  /// Starts a run that takes minutes, calls `disturb` once its steps have begun, and returns the exit code.
  private func train(
    temporaryDirectory: String? = nil, disturb: (Process) throws -> Void
  ) throws -> Int32 {
    let run = try RunningCommand(
      [
        "train", "--model", "d1", "--data", workspace.training, "--tokenizer", workspace.tokenizer,
        "--output",
        workspace.directory.file("run"), "--positions", "8", "--batch-size", "1", "--sequence-length", "8",
        "--steps", "20000",
      ], environment: temporaryDirectory.map { ["TMPDIR": $0] } ?? [:])
    try disturb(run.process)
    return try run.finish().exitCode
  }
}
