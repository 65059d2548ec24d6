import Foundation
import TestSupport
import Testing

/// Runs that train a part of a model, or something beside it: adapters, chosen tensors, with Muon.
@Suite struct TunedTrainingTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    let base = try workspace.train(output: "base")
    try #require(base.exitCode == 0, "\(base.diagnostics)")
  }

  private var base: String { workspace.directory.file("base/model_00000003.bin") }
  private func file(_ name: String) -> String { workspace.directory.file(name) }

  /// A prompt's most probable tokens, with their log-probabilities.
  private func speak(_ model: String, _ more: String...) throws -> (text: Command, tokens: [Token]) {
    let result = try Command(
      [
        "generate", "--model", model, "--tokenizer", workspace.tokenizer, "--prompt", "To be",
        "--temperature", "0",
        "--max-tokens", "6", "--ignore-end-of-text", "--json",
      ] + more)
    try #require(result.exitCode == 0, "\(result.diagnostics)")
    let line = try #require(result.output.split(separator: "\n").first)
    return (result, try JSONDecoder().decode(Speech.self, from: Data(line.utf8)).tokens)
  }

  private struct Speech: Decodable { let tokens: [Token] }
  private struct Token: Decodable, Equatable {
    let id: Int
    let logProbability: Double
  }

  @Test func adaptersAreTrainedUsedMergedAndResumed() throws {
    let options = [
      "--lora-rank", "2", "--lora-alpha", "8", "--learning-rate", "0.05", "--schedule", "constant",
    ]
    func tune(_ output: String, steps: String, _ more: String...) throws -> Command {
      try Command(
        [
          "train", "--model", base, "--data", workspace.training, "--validation", workspace.validation,
          "--tokenizer", workspace.tokenizer, "--output", file(output), "--batch-size", "2",
          "--sequence-length",
          "16", "--steps", steps,
        ] + options + more)
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: base))
    let result = try tune("tuned", steps: "8")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(try Data(contentsOf: URL(fileURLWithPath: base)) == before)
    let adapters = file("tuned/adapters_00000008.bin")
    let names = try FileManager.default.contentsOfDirectory(atPath: file("tuned"))
    #expect(!names.contains { $0.hasPrefix("model_") })
    let size = try Data(contentsOf: URL(fileURLWithPath: adapters)).count
    #expect(size < before.count / 4)

    // They make a difference, and the merged model has it.
    let plain = try speak(base).tokens
    let tuned = try speak(base, "--adapters", adapters).tokens
    #expect(tuned != plain)
    let merge = try Command("convert", base, file("merged.bin"), "--adapters", adapters)
    #expect(merge.exitCode == 0, "\(merge.diagnostics)")
    #expect(try speak(file("merged.bin")).tokens == tuned)

    // In two parts they end at the same bits.
    #expect(try tune("parts", steps: "5").exitCode == 0)
    let resumed = try tune("parts", steps: "8", "--resume")
    #expect(resumed.exitCode == 0, "\(resumed.diagnostics)")
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: file("parts/adapters_00000008.bin")))
        == (try Data(contentsOf: URL(fileURLWithPath: adapters))))

    // The report knows them.
    let report = try Command("report", file("tuned"))
    #expect(report.exitCode == 0, "\(report.diagnostics)")
    let page = try String(contentsOfFile: file("tuned/report.html"), encoding: .utf8)
    #expect(page.contains("<td>complete</td>"))
  }

  /// What adapters are trained over was never written anywhere else where it is a new model: the run keeps it.
  @Test func adaptersOverANewModelAreResumedAndUsed() throws {
    let options = ["--lora-rank", "2", "--learning-rate", "0.05", "--schedule", "constant", "--steps"]
    func tune(_ output: String, _ steps: String, _ more: String...) throws -> Command {
      try Command(
        [
          "train", "--model", "1x2x16", "--positions", "16", "--data", workspace.training, "--tokenizer",
          workspace.tokenizer, "--output", file(output), "--batch-size", "2", "--sequence-length", "16",
        ] + options + [steps] + more)
    }
    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }
    let whole = try tune("whole", "4")
    #expect(whole.exitCode == 0, "\(whole.diagnostics)")
    #expect(try tune("parts", "2").exitCode == 0)
    let more = try Command("train", "--resume", file("parts"), "--steps", "4")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(try bytes("parts/adapters_00000004.bin") == bytes("whole/adapters_00000004.bin"))
    #expect(try bytes("parts/base.bin") == bytes("whole/base.bin"))

    // The run is a model, also where it was moved to.
    try FileManager.default.moveItem(atPath: file("parts"), toPath: file("moved"))
    #expect(
      try speak(file("moved")).tokens
        == speak(file("whole/base.bin"), "--adapters", file("whole/adapters_00000004.bin")).tokens)

    // Another model in its place is refused by its name.
    let other = try workspace.train("--steps", "1", "--seed", "7", model: "1x2x16", output: "other")
    #expect(other.exitCode == 0, "\(other.diagnostics)")
    try FileManager.default.removeItem(atPath: file("moved/base.bin"))
    try FileManager.default.copyItem(
      atPath: file("other/model_00000001.bin"), toPath: file("moved/base.bin"))
    let refused = try Command("train", "--resume", file("moved"), "--steps", "5")
    #expect(refused.exitCode == 2)
    #expect(
      refused.diagnostics.contains("gpt2: \(file("moved/base.bin")): found other weights"),
      "\(refused.diagnostics)")

    // So is somebody's own file where the run's would be.
    try FileManager.default.createDirectory(atPath: file("mine"), withIntermediateDirectories: false)
    try Data([1]).write(to: URL(fileURLWithPath: file("mine/base.bin")))
    let mine = try tune("mine", "2")
    #expect(
      mine.exitCode == 2 && mine.diagnostics.contains("base.bin: already exists"), "\(mine.diagnostics)")
    #expect(try bytes("mine/base.bin") == Data([1]))
  }

  @Test func adaptersOfAnotherModelAreRefused() throws {
    let tuned = try workspace.train("--lora-rank", "1", output: "tuned")
    #expect(tuned.exitCode == 0, "\(tuned.diagnostics)")
    let adapters = file("tuned/adapters_00000003.bin")
    for arguments in [
      ["generate", "--model", base, "--tokenizer", workspace.tokenizer],
      ["convert", base, file("merged.bin")],
    ] {
      let result = try Command(arguments + ["--adapters", adapters])
      #expect(result.exitCode == 2)
      #expect(result.diagnostics.hasPrefix("gpt2: \(adapters): "), "\(result.diagnostics)")
    }
    #expect(!FileManager.default.fileExists(atPath: file("merged.bin")))
  }

  @Test func frozenTensorsKeepTheirBytes() throws {
    let result = try Command(
      "train", "--model", base, "--data", workspace.training, "--tokenizer", workspace.tokenizer, "--output",
      file("frozen"), "--batch-size", "2", "--sequence-length", "16", "--steps", "3", "--train-only",
      "lnfw,lnfb")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let (before, after) = (
      try Data(contentsOf: URL(fileURLWithPath: base)),
      try Data(contentsOf: URL(fileURLWithPath: file("frozen/model_00000003.bin")))
    )
    // The last two tensors of a file of float32, of C = 64 elements each: what d1 has.
    let tail = 2 * 64 * 4
    #expect(before.count == after.count)
    #expect(before.dropLast(tail) == after.dropLast(tail))
    #expect(before.suffix(tail) != after.suffix(tail))
  }

  @Test func muonIsAnOptimizer() throws {
    let result = try workspace.train("--optimizer", "muon", "--steps", "4", output: "muon")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let adamW = try workspace.train("--steps", "4", output: "adamw")
    #expect(adamW.exitCode == 0)
    let files = try ["muon", "adamw"].map {
      try Data(contentsOf: URL(fileURLWithPath: file("\($0)/model_00000004.bin")))
    }
    #expect(files[0] != files[1])
    // A run goes on with the optimizer that it began with, and with no other.
    #expect(try workspace.train("--steps", "5", "--resume", output: "muon").exitCode == 0)
    func goOnWithAdamW() throws -> Command {
      try workspace.train("--steps", "6", "--resume", "--optimizer", "adamw", output: "muon")
    }
    let other = try goOnWithAdamW()
    #expect(other.exitCode == 2)
    #expect(other.diagnostics.contains("--optimizer: found adamw, expected muon"), "\(other.diagnostics)")
    // Without a plan the state file tells.
    try FileManager.default.removeItem(atPath: file("muon/plan.json"))
    let unplanned = try goOnWithAdamW()
    #expect(unplanned.exitCode == 2)
    #expect(unplanned.diagnostics.contains("state_00000005_00000.bin"), "\(unplanned.diagnostics)")
  }

  @Test(arguments: [
    (["--lora-rank", "0"], "--lora-rank"), (["--lora-rank", "65"], "--lora-rank"),
    (["--lora-rank", "2", "--lora-alpha", "nan"], "--lora-alpha"),
    (["--lora-rank", "2", "--lora-targets", "wte"], "--lora-targets"),
    (["--lora-rank", "2", "--lora-targets", "query"], "--lora-targets"),
    (["--lora-rank", "2", "--freeze", "biases"], "exclude each other"),
    (["--train-only", "biases", "--freeze", "norms"], "exclude each other"),
    (["--train-only", "nothing"], "--train-only"), (["--freeze", "all"], "Nothing is left to train"),
    (["--optimizer", "sgd"], "muon"), (["--momentum", "0.9"], "--momentum needs --optimizer muon"),
    (["--lora-alpha", "8"], "need --lora-rank"), (["--lora-targets", "fcw"], "need --lora-rank"),
    (["--optimizer", "muon", "--momentum=-0.5"], "--momentum"),
    (["--quantize", "q8_0"], "--quantize needs --lora-rank"),
    (["--quantize", "q6_K", "--lora-rank", "2"], "q8_0"),
    (["--quantize", "q8_0", "--lora-rank", "2", "-w", "1"], "-w 1"),
  ])
  func badOptionsAreRefused(options: [String], complaint: String) throws {
    let result = try Command(
      [
        "train", "--model", base, "--data", workspace.training, "--tokenizer", workspace.tokenizer,
        "--output",
        file("bad"), "--batch-size", "2", "--sequence-length", "16", "--steps", "1",
      ] + options)
    #expect(result.exitCode == 2, "\(result.diagnostics)")
    #expect(result.diagnostics.contains(complaint), "\(result.diagnostics)")
    #expect(!FileManager.default.fileExists(atPath: file("bad")))
  }

  /// Over q8_0 weights, which stay as they are: used, merged and resumed as over fp32.
  @Test(arguments: ["q8_0", "q4_0", "bf16"])
  func adaptersOverStoredWeights(format: String) throws {
    let stored = file("base.\(format).gguf")
    let converted = try Command(
      "convert", base, stored, "--format", format, "--tokenizer", workspace.tokenizer)
    try #require(converted.exitCode == 0, "\(converted.diagnostics)")
    func tune(_ output: String, steps: String, _ more: String...) throws -> Command {
      try Command(
        [
          "train", "--model", stored, "--data", workspace.training, "--validation", workspace.validation,
          "--output", file(output), "--batch-size", "2", "--sequence-length", "16", "--steps", steps,
          "--lora-rank", "2", "--learning-rate", "0.05", "--schedule", "constant", "--sample-length", "4",
        ] + more)
    }
    let whole = try tune("whole", steps: "6")
    try #require(whole.exitCode == 0, "\(whole.diagnostics)")
    #expect(whole.diagnostics.contains(" over \(format): "))
    #expect(try tune("cut", steps: "3").exitCode == 0)
    let more = try tune("cut", steps: "6", "--resume")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    func adapters(_ run: String) throws -> Data {
      try Data(contentsOf: URL(fileURLWithPath: file("\(run)/adapters_00000006.bin")))
    }
    #expect(try adapters("cut") == adapters("whole"))

    // They belong to these weights alone.
    let other = try Command(
      "convert", base, file("merged.bin"), "--adapters", file("whole/adapters_00000006.bin"))
    #expect(other.exitCode == 2)
    #expect(other.diagnostics.contains("adapters for a model of other weights"), "\(other.diagnostics)")
    let merged = try Command(
      "convert", stored, file("merged.bin"), "--format", "fp32", "--adapters",
      file("whole/adapters_00000006.bin"))
    #expect(merged.exitCode == 0, "\(merged.diagnostics)")
    let (run, together) = (try speak(file("whole")), try speak(file("merged.bin")))
    #expect(run.tokens.map(\.id) == together.tokens.map(\.id))
    #expect(run.tokens != (try speak(stored)).tokens)
  }

  private func tuneRounded(_ output: String, _ options: [String], steps: String = "6") throws -> Command {
    try Command(
      [
        "train", "--model", base, "--data", workspace.training, "--validation", workspace.validation,
        "--tokenizer", workspace.tokenizer, "--output", file(output), "--batch-size", "2",
        "--sequence-length", "16", "--steps", steps, "--lora-rank", "2", "--learning-rate", "0.05",
        "--schedule", "constant", "--sample-length", "4",
      ] + options)
  }

  private func adapters(_ run: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file("\(run)/adapters_00000006.bin"))))
  }

  /// Rounded when they are opened, or once for all: the adapters are the same but for what they say of it.
  @Test(arguments: ["q8_0", "q4_0"])
  func adaptersOverWeightsRoundedWhileLoading(format: String) throws {
    let run = try tuneRounded("run", ["--quantize", format])
    try #require(run.exitCode == 0, "\(run.diagnostics)")
    #expect(run.diagnostics.contains(" over weights rounded to \(format): "), "\(run.diagnostics)")
    let stored = file("base.gguf")
    let converted = try Command(
      "convert", base, stored, "--format", format, "--tokenizer", workspace.tokenizer)
    try #require(converted.exitCode == 0, "\(converted.diagnostics)")
    let over = try Command(
      "train", "--model", stored, "--data", workspace.training, "--output", file("over"), "--batch-size", "2",
      "--sequence-length", "16", "--steps", "6", "--lora-rank", "2", "--learning-rate", "0.05", "--schedule",
      "constant", "--sample-interval", "0")
    try #require(over.exitCode == 0, "\(over.diagnostics)")
    let (rounded, asStored) = (try adapters("run"), try adapters("over"))
    #expect(rounded[(4 * 14)...] == asStored[(4 * 14)...])
    #expect(rounded[..<(4 * 13)] == asStored[..<(4 * 13)])
    #expect(asStored[(4 * 13)..<(4 * 14)] == [0, 0, 0, 0])

    // Who uses them rounds the model in the same way.
    let (used, merged) = (try speak(file("run")), file("merged.bin"))
    #expect(try speak(stored, "--adapters", file("over/adapters_00000006.bin")).tokens == used.tokens)
    let convert = try Command("convert", base, merged, "--adapters", file("run/adapters_00000006.bin"))
    #expect(convert.exitCode == 0, "\(convert.diagnostics)")
    #expect(convert.diagnostics.contains("weights rounded to \(format), merged into these in fp32"))
    // Merged weights are fp32, and rows are not rounded to bytes.
    let together = try speak(merged).tokens
    #expect(together.map(\.id) == used.tokens.map(\.id))
    for (one, other) in zip(together, used.tokens) {
      #expect(abs(one.logProbability - other.logProbability) < 0.05)
    }
    #expect(try speak(base).tokens.map(\.id) != used.tokens.map(\.id))
  }

  @Test func aRunOverRoundedWeightsGoesOnToTheSameBits() throws {
    #expect(try tuneRounded("whole", ["--quantize", "q4_0"]).exitCode == 0)
    #expect(try tuneRounded("cut", ["--quantize", "q4_0"], steps: "4").exitCode == 0)
    let changed = try tuneRounded("cut", ["--quantize", "q8_0", "--resume"])
    #expect(changed.exitCode == 2)
    #expect(changed.diagnostics.contains("--quantize: found q8_0, expected q4_0"), "\(changed.diagnostics)")
    // Without a plan the adapters' file tells.
    try FileManager.default.removeItem(atPath: file("cut/plan.json"))
    for (options, complaint) in [
      ([], "found adapters over weights rounded to q4_0"),
      (["--quantize", "q8_0"], "expected over weights rounded to q8_0"),
    ] {
      let refused = try tuneRounded("cut", ["--resume"] + options)
      #expect(refused.exitCode == 2)
      #expect(refused.diagnostics.contains(complaint), "\(refused.diagnostics)")
    }
    let more = try tuneRounded("cut", ["--quantize", "q4_0", "--resume"])
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(try adapters("cut") == adapters("whole"))
  }

  @Test func aNewModelCannotBeRounded() throws {
    let result = try workspace.train("--lora-rank", "2", "--quantize", "q8_0", output: "new")
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("--quantize is for models that there are"), "\(result.diagnostics)")
    #expect(!FileManager.default.fileExists(atPath: file("new")))
  }
}
