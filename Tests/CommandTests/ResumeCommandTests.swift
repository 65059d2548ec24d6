import Foundation
import GPT2Kernels
import TestSupport
import Testing

/// Runs that are ended and go on, in processes of their own.
@Suite struct ResumeCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func run(_ name: String) -> RunFiles { RunFiles(workspace.directory.file(name)) }

  /// llm.c's flags, all of them.
  private func llmc(_ more: String..., output: String, resume: Int = 1) throws -> Command {
    try Command(
      [
        "train", "-e", "d1", "--positions", "16", "-i", workspace.training, "-j", workspace.validation,
        "--tokenizer", workspace.tokenizer, "-o", workspace.directory.file(output), "-lg", "-1", "-n", "5",
        "-nk",
        "2", "-nm", "10", "-y", "\(resume)", "-b", "2", "-t", "16", "-d", "64", "-k", "linear", "-l", "0.003",
        "-u", "2", "-q", "0.1", "-c", "0.1", "-sl", "5.0", "-sg", "5.0", "-v", "4", "-m", "2", "-s", "6",
        "-g",
        "5", "-h", "0", "-a", "0", "-r", "1", "-w", "0", "-f", "0", "-ge", "1", "-z", "1", "-pn", "1",
      ] + more)
  }

  @Test func llmcsFlagsMakeARunInTwoPartsThatEqualsOneInOne() throws {
    let straight = try llmc("-x", "60", output: "straight")
    #expect(straight.exitCode == 0)
    for flag in ["-lg", "-f", "-ge", "-pn"] {
      #expect(straight.diagnostics.contains("gpt2: note: \(flag) has no effect: "))
    }
    #expect(try run("straight").checkpoints == [10, 20, 30, 40, 50, 55, 60])

    // Killed before its end, so to speak: the first part's own schedule is that of sixty steps.
    let first = try interrupted(after: 7, output: "cut")
    #expect(first.contains("train --resume \(workspace.directory.file("cut"))\n"), "\(first)")
    #expect(try llmc("-x", "60", output: "cut").exitCode == 0)
    #expect(try run("cut").checkpoint(60) == (try run("straight").checkpoint(60)))
  }

  /// Runs until so many steps have been seen, then sends Ctrl-C. Returns what it said.
  private func interrupted(after steps: Int, output: String) throws -> String {
    // The schedule must be that of the whole run, so the steps are given.
    let run = try RunningCommand(
      [
        "train", "-e", "d1", "--positions", "16", "-i", workspace.training, "-j", workspace.validation,
        "--tokenizer", workspace.tokenizer, "-o", workspace.directory.file(output), "-n", "5", "-nk", "2",
        "-nm",
        "10", "-b", "2", "-t", "16", "-d", "64", "-k", "linear", "-l", "0.003", "-u", "2", "-q", "0.1", "-c",
        "0.1",
        "-sl", "5.0", "-sg", "5.0", "-v", "4", "-m", "2", "-s", "6", "-g", "5", "-x", "60",
      ], untilSteps: steps)
    run.process.interrupt()
    let end = try run.finish()
    #expect(end.exitCode == 0)
    return end.diagnostics
  }

  /// As in llm.c's scripts, which begin with -y 1.
  @Test func withNothingToGoOnFromARunBegins() throws {
    #expect(try llmc("-x", "1", output: "run").exitCode == 0)
    #expect(try run("run").checkpoints == [1])
  }

  @Test func aFinishedRunIsLeftAsItIs() throws {
    #expect(try llmc("-x", "3", output: "run").exitCode == 0)
    let before = try run("run").checkpoint(3)
    let again = try llmc("-x", "3", output: "run")
    #expect(again.exitCode == 0)
    #expect(try run("run").checkpoint(3) == before)
  }

  @Test func aRunIsNotBegunAnewOverAnother() throws {
    #expect(try llmc("-x", "1", output: "run").exitCode == 0)
    let again = try llmc("-x", "1", output: "run", resume: 0)
    #expect(again.exitCode == 2)
    #expect(again.diagnostics.contains("--resume") && again.diagnostics.contains("--overwrite"))
  }

  /// The portable set runs anywhere; where it is the fastest, too, nothing changes.
  @Test func aResumeOnOtherKernelsSaysSo() throws {
    func train(_ kernels: String?, _ more: String...) throws -> Command {
      try Command(
        [
          "train", "--model", "d1", "--data", workspace.training, "--tokenizer", workspace.tokenizer,
          "--output",
          workspace.directory.file("run"), "--batch-size", "2", "--sequence-length", "16", "--positions",
          "16",
        ] + more, environment: kernels.map { [KernelSet.variable: $0] } ?? [:])
    }
    let fastest = KernelSet.fastest.description
    #expect(try train("portable", "--steps", "1").exitCode == 0)
    let metrics = try String(contentsOfFile: workspace.directory.file("run/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.contains(#""kernels":"portable""#))
    let same = try train("portable", "--steps", "2", "--resume")
    #expect(same.exitCode == 0 && !same.diagnostics.contains("bits may differ"))
    let other = try train(fastest, "--steps", "3", "--resume")
    #expect(other.exitCode == 0)
    #expect(other.diagnostics.contains("bits may differ") == (fastest != "portable"))
  }

  /// Heard of before any work, by either program.
  @Test(arguments: [("sse9", "expected one of"), ("AVX2", "expected one of")])
  func unknownKernels(name: String, words: String) throws {
    for program in [Command.path, Command.ladder] {
      let arguments = program == Command.path ? ["bench"] : ["list"]
      let result = try Command(arguments, environment: [KernelSet.variable: name], executable: program)
      #expect(result.exitCode == 2 && result.output.isEmpty)
      #expect(result.diagnostics.contains("'\(name)'") && result.diagnostics.contains(words))
      #expect(result.diagnostics.split(separator: "\n").count == 1)
    }
  }

  @Test func kernelsThatTheProcessorLacks() throws {
    let available = KernelSet.available.map(\.name)
    for name in KernelSet.Name.allCases where !available.contains(name) {
      let result = try Command(["bench"], environment: [KernelSet.variable: name.rawValue])
      #expect(result.exitCode == 2)
      #expect(result.diagnostics.contains(name.rawValue) && result.diagnostics.contains("can run"))
    }
  }

  /// Of a run without a plan, of which nobody knows what it was begun with.
  @Test func otherBatchesAreRefused() throws {
    #expect(try workspace.train().exitCode == 0)
    try FileManager.default.removeItem(atPath: workspace.directory.file("run/plan.json"))
    let other = try workspace.train("--resume", "--steps", "5", "--no-shuffle")
    #expect(other.exitCode == 2)
    #expect(other.diagnostics.contains("expected one in 1 shards with the same batch shape and shuffling"))
    let larger = try workspace.train("--resume", "--steps", "5", "--batch-size", "3")
    #expect(larger.exitCode == 2)
    #expect(larger.diagnostics.contains("of B x T = 3 x 16"), "\(larger.diagnostics)")
  }

  @Test func aMissingModelOfACheckpointIsNamed() throws {
    #expect(try workspace.train().exitCode == 0)
    let model = workspace.directory.file("run/model_00000003.bin")
    try FileManager.default.removeItem(atPath: model)
    let again = try workspace.train("--resume", "--steps", "5")
    #expect(again.exitCode == 2)
    #expect(again.diagnostics.contains("\(model): found no such file"))
    #expect(again.diagnostics.contains("DONE_"))
  }

  @Test func aDamagedStateIsNamedAndNothingIsChanged() throws {
    #expect(try workspace.train().exitCode == 0)
    let state = workspace.directory.file("run/state_00000003_00000.bin")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: state))
    try bytes.dropLast().write(to: URL(fileURLWithPath: state))
    let before = try run("run").names
    let again = try workspace.train("--resume", "--steps", "5")
    #expect(again.exitCode == 2)
    #expect(again.diagnostics.contains(state))
    #expect(try run("run").names == before)
  }

  @Test(arguments: [
    (["-d", "65"], "a multiple of B x T = 2 x 16"), (["--keep-checkpoints=-3"], "--keep-checkpoints"),
    (["-pn", "8"], "several processes"), (["-k", "sine"], "constant"), (["-y", "2"], "-y"),
    (["--resume", "--overwrite"], "exclude each other"), (["--patience", "0"], "--patience"),
    (["--patience", "2", "-v", "0"], "--patience needs"),
    (["--hellaswag", "/nowhere.bin"], "/nowhere.bin: no such file"),
    (["--skip-loss-outliers=-1"], "--skip-loss-outliers"),
  ])
  func badOptionsAreRefused(options: [String], complaint: String) throws {
    let result = try Command(
      [
        "train", "-e", "d1", "-i", workspace.training, "--tokenizer", workspace.tokenizer, "--positions",
        "16",
        "-o", workspace.directory.file("run"), "-b", "2", "-t", "16", "-x", "1",
      ] + options)
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(complaint))
    #expect(!FileManager.default.fileExists(atPath: workspace.directory.file("run")))
  }
}
