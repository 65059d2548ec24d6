import TestSupport
import Testing

/// --quiet: errors and what was asked for. --verbose: what is decided, too, on standard error.
@Suite struct DetailTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private var commands: [[String]] {
    let tiny = TestFiles.fixture("tiny.bin")
    let text = file("text.txt")
    return [
      ["tokenize", text, "--tokenizer", workspace.tokenizer, "-o", file("again")],
      ["evaluate", "-m", file("base"), "--data", workspace.validation],
      ["generate", "-m", file("base"), "-p", "To be", "-n", "5", "--texts", "2"],
      ["inspect", "-m", file("base"), "-p", "To be"],
      ["convert", file("base"), file("base.gguf")],
      ["verify", "-m", tiny, "--state", TestFiles.fixture("tiny_debug_state.bin")],
      ["report", file("base")],
      ["fetch"],
      ["finetune", text, "-m", file("base"), "-o", file("tuned"), "--steps", "2"],
      [
        "bench", "decode", "-m", "d1", "--positions", "16", "--vocabulary-size", "64", "--prompt-length", "8",
        "-t", "8", "--generated-tokens", "1", "--repetitions", "1", "--memory", "1", "--quick",
      ],
    ]
  }

  @Test func quietSaysNothingButWhatWasAskedFor() throws {
    let train = try workspace.train("--steps", "2", "--sample-interval", "1", "--quiet", output: "base")
    #expect(train.exitCode == 0 && train.output.isEmpty)
    #expect(train.diagnostics.isEmpty, "\(train.diagnostics)")
    for command in commands {
      let quiet = try Command(command + ["--quiet"])
      #expect(quiet.exitCode == 0, "\(command[0]): \(quiet.diagnostics)")
      #expect(quiet.diagnostics.isEmpty, "\(command[0]): \(quiet.diagnostics)")
    }
    let plain = ["generate", "-m", file("base"), "-p", "To be", "-n", "5", "-s", "1"]
    #expect(try Command(plain + ["--quiet"]).output == Command(plain).output)
    #expect(try !TerminalRun(plain + ["--quiet"]).shown.contains("loaded"))
    for rung in [["micrograd", "--steps", "2"], ["list"]] {
      let quiet = try Command(rung + ["--quiet"], executable: Command.ladder)
      #expect(quiet.exitCode == 0 && quiet.diagnostics.isEmpty && !quiet.output.isEmpty)
    }
  }

  @Test func quietSaysErrors() throws {
    expectRefusal(try Command("evaluate", "-m", file("none"), "--data", "x", "--quiet"), naming: "none")
    expectRefusal(try Command("evaluate", "--quiet", "--nope"), naming: "Unknown option '--nope'")
    expectRefusal(try Command("report", file("none"), "--quiet"), naming: "none")
  }

  @Test func verboseSaysWhatIsDecided() throws {
    let train = try workspace.train("--steps", "2", "--verbose", output: "base")
    #expect(train.exitCode == 0 && train.output.isEmpty)
    for words in ["decided: --beta1 0.9\n", "decided: --steps 2\n", " kernels, "] {
      #expect(train.diagnostics.contains(words), "\(words)")
    }
    for command in commands {
      let verbose = try Command(command + ["--verbose"])
      #expect(verbose.exitCode == 0, "\(command[0]): \(verbose.diagnostics)")
      #expect(verbose.diagnostics.hasPrefix("decided: gpt2 "), "\(command[0]): \(verbose.diagnostics)")
    }
    let generate = try Command("generate", "-m", file("base"), "-p", "To", "-n", "1", "-s", "1", "--verbose")
    for words in [
      "decided: model: \(file("base"))/model_00000002.bin",
      "decided: tokenizer: \(file("base"))/tokenizer.bin",
      "decided: 2 tokens of a prompt",
    ] { #expect(generate.diagnostics.contains(words), "\(generate.diagnostics)") }
    let rung = try Command(["micrograd", "--steps", "2", "--verbose"], executable: Command.ladder)
    #expect(rung.diagnostics.hasPrefix("decided: ladder "))
  }

  @Test func theyExcludeEachOther() throws {
    expectRefusal(
      try Command("fetch", "--quiet", "--verbose"), naming: "--quiet and --verbose exclude each other.")
    // A value is no flag.
    #expect(try Command("fetch").diagnostics.isEmpty)
  }
}
