import Foundation
import TestSupport
import Testing

/// A run that goes on knows what it was begun with.
@Suite struct RunPlanCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }
  private func run(_ name: String = "run") -> RunFiles { RunFiles(file(name)) }
  private func metrics() throws -> String {
    try String(contentsOfFile: file("run/metrics.jsonl"), encoding: .utf8)
  }

  /// Options that are not as usual, all of which the rest of the run needs.
  private let unusual = [
    "--steps", "6", "--learning-rate", "0.0123", "--schedule", "linear", "--warm-up-steps", "2",
    "--weight-decay",
    "0.1", "--beta2", "0.97", "--total-batch-size", "64", "--validation-batches", "-1",
    "--validation-interval", "2",
    "--keep-best", "--seed", "7", "--precision", "bf16", "--sample-length", "3",
  ]

  private func train(_ options: [String], output: String = "run") throws -> Command {
    try Command(
      [
        "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--validation",
        workspace.validation, "--tokenizer", workspace.tokenizer, "--output", file(output), "--batch-size",
        "2",
        "--sequence-length", "16",
      ] + options)
  }

  /// As a kill after the third step leaves it.
  private func cut(_ output: String = "run") throws {
    try #require(try train(unusual + ["--checkpoint-interval", "3"], output: output).exitCode == 0)
    for name in try run(output).names where name.contains("00000006") {
      try FileManager.default.removeItem(atPath: file("\(output)/\(name)"))
    }
    try #require(try run(output).checkpoints == [3])
  }

  private func resume(_ options: String..., output: String = "run") throws -> Command {
    try Command(["train", "--resume", file(output)] + options)
  }

  @Test func itsDirectoryIsAllThatIsNeeded() throws {
    try #require(try train(unusual, output: "whole").exitCode == 0)
    try cut()
    let more = try resume()
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(!more.diagnostics.contains("before,"))
    #expect(try run().checkpoint(6) == run("whole").checkpoint(6))
  }

  /// The old forms, and the directory before the flag.
  @Test func allFormsGoOn() throws {
    try #require(try train(unusual, output: "whole").exitCode == 0)
    for words in [
      [file("run"), "--resume"], ["--resume", "--output", file("run")], ["-y", "1", "-o", file("run")],
      ["-y", "1", file("run")],
    ] {
      try cut()
      let more = try Command(["train"] + words)
      #expect(more.exitCode == 0, "\(words): \(more.diagnostics)")
      #expect(try run().checkpoint(6) == run("whole").checkpoint(6))
      try FileManager.default.removeItem(atPath: file("run"))
    }
    // What is given again and is the same is not worth a word.
    try cut()
    let more = try train(unusual + ["--resume"])
    #expect(more.exitCode == 0 && !more.diagnostics.contains("before,"), "\(more.diagnostics)")
    #expect(try run().checkpoint(6) == run("whole").checkpoint(6))
  }

  /// Begun with relative paths in one working directory, gone on with in others, and moved as a whole.
  @Test func itGoesOnFromAnyWorkingDirectory() throws {
    func shell(_ directory: String, _ words: [String]) throws -> Command {
      try Command(
        [
          "-c",
          "cd '\(directory)' && exec "
            + (["\(Command.path)"] + words).map { "'\($0)'" }.joined(separator: " "),
        ],
        executable: "/bin/sh")
    }
    let begin = [
      "train", "--model", "d1", "--positions", "16", "--data", "text_t*.bin", "--tokenizer", "byte.bin",
      "--batch-size",
      "2", "--sequence-length", "16", "--output",
    ]
    let home = workspace.directory.file("")
    for name in ["whole", "run"] {
      let steps = name == "run" ? "2" : "5"
      let first = try shell(home, begin + [name, "--steps", steps, "--schedule", "constant"])
      try #require(first.exitCode == 0, "\(first.diagnostics)")
    }
    let elsewhere = try shell("/", ["train", "--resume", file("run"), "--steps", "3"])
    #expect(elsewhere.exitCode == 0, "\(elsewhere.diagnostics)")
    let back = try shell(home, begin + ["run", "--resume", "--steps", "4", "--schedule", "constant"])
    #expect(back.exitCode == 0, "\(back.diagnostics)")
    #expect(back.diagnostics.components(separatedBy: "before,").count == 2, "the steps alone")
    let again = try shell("/", ["train", "--resume", file("run"), "--steps", "5"])
    #expect(again.exitCode == 0, "\(again.diagnostics)")
    #expect(try run().checkpoint(5)[0] == run("whole").checkpoint(5)[0])

    try FileManager.default.removeItem(atPath: file("text_train.bin"))
    let lost = try resume("--steps", "6")
    #expect(lost.exitCode == 2 && lost.diagnostics.contains("text_t*.bin"), "\(lost.diagnostics)")
  }

  @Test func whatMayChangeIsNamedLoggedAndKept() throws {
    try cut()
    let more = try resume("--learning-rate", "0.001", "--steps", "4", "--no-keep-best")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    for line in [
      "gpt2: note: learning rate: 0.0123 before, 0.001 now", "gpt2: note: steps: 6 before, 4 now",
      "gpt2: note: keep best: true before, false now",
    ] { #expect(more.diagnostics.split(separator: "\n").contains(Substring(line)), "\(more.diagnostics)") }
    #expect(!more.diagnostics.contains("no longer the run"))
    #expect(
      try metrics().contains(
        #"{"before":"0.0123","event":"change","now":"0.001","option":"--learning-rate","step":3}"#))
    #expect(try Command("report", file("run")).exitCode == 0)
    // From here on they are the run's.
    let last = try resume("--steps", "5")
    #expect(last.exitCode == 0 && !last.diagnostics.contains("learning rate:"), "\(last.diagnostics)")
    #expect(try metrics().contains(#""event":"step","gigaflops""#))
    let plan = try String(contentsOfFile: file("run/plan.json"), encoding: .utf8)
    #expect(plan.contains(#""--learning-rate" : "0.001""#) && plan.contains(#""--steps" : "5""#))
  }

  /// The data begin anew, and do so again if all that was learnt since is lost.
  @Test func otherBatchesAreAnotherRunFromHereOn() throws {
    try cut()
    let more = try resume("--batch-size", "4")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(more.diagnostics.contains("batch size: 2 before, 4 now"))
    #expect(more.diagnostics.contains("no longer the run that was begun"))
    #expect(more.diagnostics.contains("the data begin anew"))
    let result = try run().checkpoint(6)
    for name in try run().names where name.contains("00000006") {
      try FileManager.default.removeItem(atPath: file("run/\(name)"))
    }
    let again = try resume()
    #expect(again.exitCode == 0 && !again.diagnostics.contains("before,"), "\(again.diagnostics)")
    #expect(try run().checkpoint(6) == result)
    // The checkpoints since then know their place.
    let last = try resume("--steps", "7")
    #expect(last.exitCode == 0 && !last.diagnostics.contains("anew"), "\(last.diagnostics)")
  }

  @Test(arguments: [
    (["--sequence-length", "8"], "sequence length: 16 before, 8 now", true),
    (["--no-shuffle"], "shuffle: true before, false now", true),
    (["--data", "OTHER"], "data: ", true), (["-a", "1"], "-a: 0 before, 1 now", true),
    (["--total-batch-size", "32"], "total batch size: 64 before, 32 now", false),
    (["--precision", "fp32"], "precision: bf16 before, fp32 now", false),
  ])
  func whatMakesItAnotherRun(options: [String], line: String, anew: Bool) throws {
    try cut()
    let more = try Command(
      ["train", "--resume", file("run")] + options.map { $0 == "OTHER" ? workspace.validation : $0 })
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(more.diagnostics.contains("gpt2: note: " + line), "\(more.diagnostics)")
    #expect(more.diagnostics.contains("no longer the run that was begun"))
    #expect(more.diagnostics.contains("the data begin anew") == anew)
    #expect(try run().checkpoints.last == 6)
  }

  @Test(arguments: [
    (["--model", "d2"], ["--model: found d2, expected d1, which the run in"]),
    (["--optimizer", "muon"], ["--optimizer: found muon, expected adamw"]),
    (["--seed", "8"], ["found 8, expected 7"]),
    (["--lora-rank", "2"], ["--lora-rank: found 2, expected none"]),
    (["--freeze", "biases"], ["--freeze: found biases"]),
    (["--replicas", "2"], ["--replicas: found 2, expected 1"]),
    (["--batch-size", "3"], ["--total-batch-size is 64", "3 x 16"]),
    (["--momentum", "0.9"], ["--optimizer muon"]),
  ])
  func whatCannotChangeIsRefused(options: [String], words: [String]) throws {
    try cut()
    let before = try (run().names, metrics())
    let more = try Command(["train", "--resume", file("run")] + options)
    #expect(more.exitCode == 2)
    for word in words { #expect(more.diagnostics.contains(word), "\(more.diagnostics)") }
    #expect(try (run().names, metrics()) == before)
  }

  /// Where nothing is saved yet, anything may change.
  @Test func aRunThatSavedNothingBeginsWithItsPlan() throws {
    try #require(try train(unusual, output: "whole").exitCode == 0)
    try cut()
    for name in try run().names where name.contains("0000000") {
      try FileManager.default.removeItem(atPath: file("run/\(name)"))
    }
    let more = try resume()
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(try run().checkpoint(6) == run("whole").checkpoint(6))
    for name in try run().names where name.contains("0000000") {
      try FileManager.default.removeItem(atPath: file("run/\(name)"))
    }
    let other = try resume("--optimizer", "muon", "--batch-size", "4")
    #expect(other.exitCode == 0, "\(other.diagnostics)")
    #expect(!other.diagnostics.contains("no longer"))
  }

  /// As earlier versions, and llm.c's program, leave a run.
  @Test func withoutAPlanAllOptionsAreGivenAgain() throws {
    try #require(try train(unusual, output: "whole").exitCode == 0)
    try cut()
    try FileManager.default.removeItem(atPath: file("run/plan.json"))
    let refused = try resume()
    expectRefusal(refused, naming: "\(file("run")): found a run without plan.json", "--learning-rate 0.0123")
    #expect(refused.diagnostics.split(separator: "\n").count == 1)
    let more = try train(unusual + ["--resume"])
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(try run().checkpoint(6) == run("whole").checkpoint(6))
    #expect(try run().names.contains("plan.json"), "from now on it has one")
  }

  @Test(arguments: [
    ("", "found something else, expected a run's plan as JSON"), ("{", "expected a run's plan as JSON"),
    (#"{"version": 1, "options": {}}"#, "expected a run's plan as JSON"),
    (#"{"version": 2, "stages": []}"#, "found version 2, expected 1"),
    (
      #"{"version": 1, "options": {"--warp": "9"}, "directory": "/", "dataBeginAfter": 0}"#,
      "found an option --warp"
    ),
    (
      #"{"version": 1, "options": {}, "directory": "/", "dataBeginAfter": -1}"#,
      "expected a run's plan as JSON"
    ),
  ])
  func aDamagedPlanIsNamed(text: String, words: String) throws {
    try cut()
    try text.write(toFile: file("run/plan.json"), atomically: true, encoding: .utf8)
    let before = try run().names
    let refused = try resume()
    expectRefusal(refused, naming: "gpt2: \(file("run/plan.json")): ", words)
    #expect(refused.diagnostics.split(separator: "\n").count == 1)
    #expect(try run().names == before)
  }

  /// A file of that name that is somebody's is not replaced.
  /// A plan of a version that had fewer options: those have their defaults, which are no change.
  @Test func anOlderPlanIsGoneOnWith() throws {
    try cut()
    let url = URL(fileURLWithPath: file("run/plan.json"))
    let text = try String(contentsOf: url, encoding: .utf8)
    let lines = text.split(separator: "\n").filter {
      !$0.contains("--zero-projections") && !$0.contains("--zero-stage") && !$0.contains("--beta2")
    }
    #expect(lines.count == text.split(separator: "\n").count - 3)
    try lines.joined(separator: "\n").write(to: url, atomically: true, encoding: .utf8)
    let result = try resume()
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(!result.diagnostics.contains("before"), "\(result.diagnostics)")
    try cut("other")
    let refused = try resume("--zero-projections", output: "other")
    #expect(refused.exitCode == 2)
    #expect(
      refused.diagnostics.contains("--zero-projections: found true, expected false"), "\(refused.diagnostics)"
    )
  }

  @Test func anothersPlanIsNotReplaced() throws {
    try FileManager.default.createDirectory(atPath: file("run"), withIntermediateDirectories: false)
    try "mine".write(toFile: file("run/plan.json"), atomically: true, encoding: .utf8)
    let refused = try train(["--steps", "1"])
    #expect(refused.exitCode == 2 && refused.diagnostics.contains("run/plan.json: found something else"))
    #expect(try String(contentsOfFile: file("run/plan.json"), encoding: .utf8) == "mine")
  }

  @Test func whatIsMissingIsNamed() throws {
    expectRefusal(
      try Command("train", "--resume", file("none")), naming: "\(file("none")): found no run in it", "--model"
    )
    expectRefusal(try Command("train", "--resume"), naming: "--output")
    expectRefusal(
      try Command("train", file("run"), "--model", "d1"), naming: "only --resume takes a directory")
    expectRefusal(
      try Command("train", "--resume", file("run"), "--output", file("run")), naming: "give one of them")
    expectRefusal(try Command("train", "--output", file("run"), "--data", "x"), naming: "--model")
    #expect(!FileManager.default.fileExists(atPath: file("run")))
  }

  /// Adapters over rounded weights: the run finds its model and rounds it again.
  @Test func adaptersGoOn() throws {
    try #require(try workspace.train(output: "base").exitCode == 0)
    func tune(_ output: String, _ steps: String) throws -> Command {
      try workspace.train(
        "--lora-rank", "2", "--quantize", "q8_0", "--schedule", "constant", "--steps", steps,
        model: file("base/model_00000003.bin"), output: output)
    }
    try #require(try tune("whole", "4").exitCode == 0)
    try #require(try tune("run", "2").exitCode == 0)
    let more = try resume("--steps", "4")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    let files = try ["run", "whole"].map {
      try Data(contentsOf: URL(fileURLWithPath: file("\($0)/adapters_00000004.bin")))
    }
    #expect(files[0] == files[1])
    let refused = try resume("--lora-rank", "3")
    #expect(refused.exitCode == 2 && refused.diagnostics.contains("--lora-rank: found 3, expected 2"))
  }
}
