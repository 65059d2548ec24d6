import Foundation
import GPT2ModelFiles
import TestSupport
import Testing

/// What ends runs in real life: a kill, a full disk, a directory that takes no files, a second run, damaged weights.
@Suite struct LostRunTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private var run: RunFiles { RunFiles(workspace.directory.file("run")) }

  private func arguments(_ more: String..., output: String = "run") -> [String] {
    [
      "train", "--model", "d1", "--positions", "8", "--data", workspace.training, "--validation",
      workspace.validation, "--tokenizer", workspace.tokenizer, "--output", workspace.directory.file(output),
      "--batch-size", "1", "--sequence-length", "8", "--validation-interval", "16", "--keep-best",
    ] + more
  }

  /// Kills a run again and again, at any moment of its steps and writes, and lets the last one finish. All the
  /// while the newest checkpoint is whole and never older than the one before, and in the end there are the bytes
  /// of a run that nothing happened to. dev/kill-loop.sh does this a hundred times and longer.
  @Test func aRunThatIsKilledOverAndOverEndsAsIfItHadNotBeen() throws {
    let steps = ["--steps", "40", "--checkpoint-interval", "1", "--keep-checkpoints", "2", "--resume"]
    #expect(try Command(arguments(output: "straight") + steps).exitCode == 0)
    var random = SeededRandom(seed: 11)
    var (newest, kills) = (0, 0)
    while kills < 12, newest < 40 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: Command.path)
      process.arguments = arguments() + steps
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      usleep(.random(in: 30_000...500_000, using: &random))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      kills += 1
      guard FileManager.default.fileExists(atPath: run.path) else { continue }
      let checkpoints = try run.checkpoints
      #expect((checkpoints.last ?? 0) >= newest, "a checkpoint was lost")
      newest = checkpoints.last ?? 0
      if newest > 0 {
        let check = try Command(
          "generate", "--model", run.path + String(format: "/model_%08d.bin", newest), "--tokenizer",
          workspace.tokenizer, "--max-tokens", "1")
        #expect(check.exitCode == 0)
      }
    }
    #expect(try Command(arguments() + steps).exitCode == 0)
    let straight = RunFiles(workspace.directory.file("straight"))
    #expect(try run.checkpoint(40) == (try straight.checkpoint(40)))
    #expect(try run.checkpoints == [39, 40])
    #expect(try !run.names.contains { $0.contains(".partial-") || $0 == "run.lock" })
  }

  /// A limit on the size of files stands for a full disk: the weights still fit, the optimizer's moments do not.
  @Test func whereNoCheckpointFitsTheRunGoesOnAndItsWeightsAreSaved() throws {
    let refuge = workspace.directory.file("refuge")
    try FileManager.default.createDirectory(atPath: refuge, withIntermediateDirectories: false)
    // In blocks of 512 bytes, 358 KB: the weights take 302, the moments 604.
    let words = ([Command.path] + arguments("--steps", "4", "--checkpoint-interval", "2")).map { "'\($0)'" }
    let result = try Command(
      ["-c", "ulimit -f 700; exec \(words.joined(separator: " "))"], environment: ["TMPDIR": refuge],
      executable: "/bin/sh")
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("gpt2: warning: "))
    #expect(result.diagnostics.contains("the run goes on"))
    #expect(result.diagnostics.contains("step 4/4"))
    #expect(try run.checkpoints.isEmpty, "no checkpoint is whole")
    let saved = try #require(try run.names.first { $0.hasPrefix("model_4-") })
    #expect(result.diagnostics.contains("wrote \(run.path)/\(saved)"))
    let check = try Command(
      "generate", "--model", "\(run.path)/\(saved)", "--tokenizer", workspace.tokenizer, "--max-tokens", "1")
    #expect(check.exitCode == 0)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: refuge).isEmpty,
      "nothing is left where it did not fit")
  }

  /// Another checkpoint fits elsewhere: with all that it needs to go on there.
  @Test func aRunThatIsSavedElsewhereGoesOnThere() throws {
    let refuge = workspace.directory.file("refuge")
    try FileManager.default.createDirectory(atPath: refuge, withIntermediateDirectories: false)
    // No file takes its name.
    let taken = run.path + "/state_00000004_00000.bin/taken"
    try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
    let result = try Command(arguments("--steps", "4"), environment: ["TMPDIR": refuge])
    #expect(result.exitCode == 2)
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: refuge).first)
    let rescued = RunFiles(refuge + "/" + name)
    #expect(try rescued.names.contains("tokenizer.bin"))
    #expect(result.diagnostics.contains("wrote \(rescued.path)/model_00000004.bin\n"))
    #expect(result.diagnostics.contains("go on with: \(Command.path) train --resume \(rescued.path)\n"))
    let more = try Command("train", "--resume", rescued.path, "--steps", "5")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(try rescued.checkpoints.last == 5)
  }

  /// Each record of the metrics is beyond the limit, those of main.log are not: it goes on, and the warning is said once.
  @Test func aLogThatTakesNoMoreDoesNotStopTheOther() throws {
    // The limit is soft, and as large as what the run begins with needs; in blocks of 512 bytes.
    let words = ([Command.path] + arguments("--steps", "30")).map { "'\($0)'" }
    let result = try Command(
      ["-c", "ulimit -f 8; exec \(words.joined(separator: " "))"],
      environment: ["TMPDIR": workspace.directory.path], executable: "/bin/sh")
    let lines = result.diagnostics.split(separator: "\n").filter {
      $0.contains("metrics.jsonl: writing to it")
    }
    #expect(lines.count == 2, "\(result.diagnostics)")
    #expect(lines.last?.hasSuffix(" more)") == true)
    let log = try String(contentsOfFile: run.path + "/main.log", encoding: .utf8)
    #expect(log.contains("s:29 trl:"))
    let metrics = try String(contentsOfFile: run.path + "/metrics.jsonl", encoding: .utf8)
    #expect(metrics.hasSuffix("}\n"))
    #expect(try Command("report", run.path).exitCode == 0)
  }

  @Test func aSecondRunInTheSameDirectoryIsRefused() throws {
    let first = try RunningCommand(arguments("--steps", "20000"))
    for option in ["--resume", "--overwrite"] {
      let second = try Command(arguments("--steps", "3", option))
      #expect(second.exitCode == 2)
      #expect(second.diagnostics.contains("(process \(first.process.processIdentifier))"))
    }
    first.process.interrupt()
    #expect(try first.finish().exitCode == 0)
    #expect(try run.checkpoints.count == 1)
  }

  @Test(.enabled(if: getuid() != 0, "skipped: root may write anywhere"))
  func aDirectoryThatTakesNoFilesIsRefusedBeforeTheWork() throws {
    try FileManager.default.createDirectory(
      atPath: run.path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
    let result = try Command(arguments("--steps", "3"))
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("\(run.path): permission denied"))
  }

  @Test func aFileInPlaceOfTheDirectoryIsRefusedBeforeTheWork() throws {
    try Data("mine".utf8).write(to: URL(fileURLWithPath: run.path))
    let result = try Command(arguments("--steps", "3"))
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.split(separator: "\n").count == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: run.path)) == Data("mine".utf8))
  }

  @Test func aRunThatDivergesNamesTheStepTheTensorAndTheLastGoodCheckpoint() throws {
    #expect(try Command(arguments("--steps", "4", "--checkpoint-interval", "4")).exitCode == 0)
    let more = try Command(
      arguments("--steps", "9", "--resume", "--learning-rate", "1e30", "--schedule", "constant"))
    #expect(more.exitCode == 1)
    #expect(more.diagnostics.contains("gpt2: step 6: found loss"))
    #expect(more.diagnostics.contains("(first in "))
    #expect(more.diagnostics.contains("wrote \(run.path)/model_00000005.bin"))
    #expect(more.diagnostics.contains("the checkpoint before it is \(run.path)/model_00000004.bin"))
    #expect(try run.checkpoints == [4, 5])
  }
}
