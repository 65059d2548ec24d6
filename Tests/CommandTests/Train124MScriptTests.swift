import Foundation
import TestSupport
import Testing

/// The script that trains 124M from scratch, with a `gpt2` that notes its arguments, and with the real one.
@Suite struct Train124MScriptTests {
  private let directory: TemporaryDirectory

  /// A copy of the script, so that the repository's own data folder is not seen.
  init() throws {
    directory = try TemporaryDirectory()
    let script = try Data(contentsOf: URL(fileURLWithPath: TestFiles.project("scripts/train-124M.sh")))
    for folder in ["project/scripts", "tokens"] {
      try FileManager.default.createDirectory(
        atPath: directory.file(folder), withIntermediateDirectories: true)
    }
    _ = try directory.write(Array(script), to: "project/scripts/train-124M.sh")
    let stub = """
      #!/bin/sh
      pwd >'\(directory.file("folder"))'
      printf '%s\\n' "$@" >'\(directory.file("arguments"))'
      exit 7
      """
    try directory.writeProgram(stub, to: "gpt2")
  }

  @Test func withoutItsProgramItTellsItsUsage() throws {
    let result = try script()
    #expect(result.exitCode == 2)
    #expect(result.diagnostics == "usage: train-124M.sh GPT2 [OPTION ...]\n")
  }

  @Test func missingTokenFilesAreNamedWithWaysToGetThem() throws {
    let result = try script(directory.file("gpt2"), environment: ["FINEWEB": ""])
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.hasPrefix(
        "train-124M: data/fineweb10B has no fineweb_train_*.bin and no fineweb_val_*.bin."))
    for way in ["dev/data/fineweb.py --version 10B", "dev/data/fineweb.sh 103", "gpt2 tokenize -"] {
      #expect(result.diagnostics.contains(way))
    }
    try expectNothingStarted()
  }

  @Test func oneKindOfTokenFilesIsNotEnough() throws {
    try tokenFiles(["fineweb_train_000001.bin", "fineweb_train_000002.bin"])
    let result = try script(directory.file("gpt2"))
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("\(directory.file("tokens")) has no fineweb_val_*.bin."))
    try expectNothingStarted()
  }

  @Test func aMissingFileOfChoicesThatWasAskedForStopsIt() throws {
    try tokenFiles()
    let result = try script(directory.file("gpt2"), environment: ["HELLASWAG": directory.file("none.bin")])
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("\(directory.file("none.bin")) is missing"))
    try expectNothingStarted()
  }

  @Test func itPassesTheFlagsOfLLMC() throws {
    try tokenFiles()
    let result = try script(directory.file("gpt2"), "--threads", "3", environment: ["OUTPUT": ""])
    // The program's own exit code.
    #expect(result.exitCode == 7)
    let arguments = try arguments()
    #expect(arguments.first == "train")
    #expect(arguments.suffix(2) == ["--threads", "3"])
    let tokens = directory.file("tokens")
    let wanted: KeyValuePairs = [
      // llm.c's scripts/run_gpt2_124M.sh, line by line.
      "-i": "\(tokens)/fineweb_train_*.bin", "-j": "\(tokens)/fineweb_val_*.bin", "-o": "runs/gpt2-124M",
      "-v": "250", "-s": "20000", "-g": "144", "-t": "1024", "-d": "524288", "-r": "0", "-c": "0.1",
      "-l": "0.0006", "-q": "0.0", "-u": "700", "-y": "1", "-e": "d12",
      // What differs: 2560 batches of 4 are as many tokens as 20 of 64 on 8 GPUs.
      "-b": "4", "-m": "2560", "-n": "25", "-nk": "2", "-nm": "5000", "--precision": "bf16",
    ]
    for (flag, value) in wanted {
      let place = try #require(arguments.firstIndex(of: flag), "\(flag) is not passed")
      #expect(arguments[place + 1] == value, "\(flag)")
    }
    #expect(arguments.count == 1 + 2 * wanted.count + 2)
    let folder = try String(contentsOfFile: directory.file("folder"), encoding: .utf8)
    #expect(folder.hasSuffix("/project\n"))
    #expect(result.diagnostics.contains("data/hellaswag/hellaswag_val.bin is not there"))
    #expect(result.diagnostics.contains("data/gpt2_tokenizer.bin is not there"))
  }

  @Test func whatIsThereIsUsed() throws {
    try tokenFiles()
    try FileManager.default.createDirectory(
      atPath: directory.file("project/data"), withIntermediateDirectories: true)
    _ = try directory.write([], to: "project/data/gpt2_tokenizer.bin")
    let choices = try directory.write([], to: "choices.bin")
    let result = try script(
      directory.file("gpt2"), environment: ["HELLASWAG": choices, "OUTPUT": directory.file("run")])
    #expect(result.diagnostics == "")
    let arguments = try arguments()
    #expect(arguments.suffix(4) == ["--tokenizer", "data/gpt2_tokenizer.bin", "--hellaswag", choices])
    #expect(arguments.contains(directory.file("run")))
  }

  /// The real program gets as far as the token files, so it takes every flag.
  @Test func theProgramTakesTheseFlags() throws {
    try tokenFiles()
    let choices = TestFiles.fixture("choices.bin")
    let result = try script(
      Command.path, "--threads", "1", environment: ["HELLASWAG": choices, "OUTPUT": directory.file("run")])
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("tokens/fineweb_"), "\(result.diagnostics)")
    #expect(!result.diagnostics.contains("Usage"))
  }

  /// llm.c's command as 124M.md has it, which says that each of its flags is taken.
  @Test func theProgramTakesTheOriginalsFlags() throws {
    let path = TestFiles.project("Sources/Lessons/Lessons.docc/124M.md")
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let start = try #require(page.range(of: "train_gpt2cu \\\n")).upperBound
    let end = try #require(page[start...].range(of: "\n\n")).lowerBound
    var flags = page[start..<end].split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "\"" } }
    flags.removeAll { $0 == "\\" }
    #expect(flags.count == 2 * 19 && flags.suffix(2) == ["-e", "d12"])
    let place = try #require(flags.firstIndex(of: "-o"))
    flags[place + 1] = directory.file("run")
    for name in ["-i", "-j"] {
      let place = try #require(flags.firstIndex(of: name))
      flags[place + 1] = directory.file("none_*.bin")
    }
    let result = try Command(["train"] + flags)
    #expect(result.exitCode == 2)
    // What it lacks is memory or data, whichever it finds first.
    let diagnostics = result.diagnostics
    #expect(
      diagnostics.contains("not enough memory") || diagnostics.contains("no file matches"), "\(diagnostics)")
    #expect(!diagnostics.contains("Usage"))
  }

  private func script(_ arguments: String..., environment: [String: String] = [:]) throws -> Command {
    // Settings of who runs the tests do not count.
    let settings = ["FINEWEB": directory.file("tokens"), "HELLASWAG": "", "OUTPUT": ""]
    return try Command(
      [directory.file("project/scripts/train-124M.sh")] + arguments,
      environment: settings.merging(environment) { $1 }, executable: "/bin/sh")
  }

  /// Token files that are there, and no more.
  private func tokenFiles(
    _ names: [String] = ["fineweb_train_000001.bin", "fineweb_train_000002.bin", "fineweb_val_000000.bin"]
  ) throws {
    for name in names { _ = try directory.write([1, 2, 3], to: "tokens/\(name)") }
  }

  private func arguments() throws -> [String] {
    let text = try String(contentsOfFile: directory.file("arguments"), encoding: .utf8)
    return text.split(separator: "\n").map { String($0) }
  }

  private func expectNothingStarted() throws {
    #expect(!FileManager.default.fileExists(atPath: directory.file("arguments")))
    #expect(!FileManager.default.fileExists(atPath: directory.file("project/runs")))
  }
}
