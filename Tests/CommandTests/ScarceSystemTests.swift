import Foundation
import TestSupport
import Testing

/// A process that may have little of something: it says so and ends, and does not trap or wait for ever.
@Suite struct ScarceSystemTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private let generate = [
    "generate", "--model", TestFiles.fixture("gguf/model_q8_0.gguf"), "--max-tokens", "3", "--seed", "1",
  ]

  @Test func fewOpenFiles() throws {
    let result = try Command(
      ["-c", "ulimit -n 4; exec \"$0\" \"$@\"", Command.path] + generate, executable: "/bin/sh")
    expectRefusal(result, naming: "a limit of 4 open files, expected at least 16")
  }

  /// Nothing that was linked may hold the process at its end.
  @Test(arguments: [400_000, 800_000])
  func littleMemoryEnds(kibibytes: Int) throws {
    let result = try Command(
      ["-c", "ulimit -v \(kibibytes); exec timeout -s KILL 60 \"$0\" \"$@\"", Command.path, "--version"],
      executable: "/bin/sh")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
  }

  @Test(arguments: [
    ["generate", "--model", "m", "--texts", "1000000000"],
    ["bench", "--generated-tokens", "9223372036854775807"],
    ["bench", "--batch-size", "9223372036854775807"],
    ["finetune", "t", "--model", "m", "--output", "o", "--epochs", "9223372036854775807"],
  ])
  func countsHaveRanges(arguments: [String]) throws {
    let result = try Command(arguments)
    expectRefusal(result, naming: "expected a whole number from ")
  }

  @Test(arguments: [
    "--sample-length", "--batch-size", "--sequence-length", "--positions",
    "--validation-interval", "--validation-batches", "--patience", "--sample-interval",
    "--checkpoint-interval", "--keep-checkpoints", "--major-interval", "--warm-up-steps",
    "--first-sequence-length",
  ])
  func soHaveLengthsAndIntervals(option: String) throws {
    let result = try Command("train", "--model", "d1", "--data", "d", "--output", "o", option, "2147483648")
    expectRefusal(result, naming: "\(option) is 2147483648, expected a whole number from ")
  }

  /// 40 MB of them for a model of 8 positions: refused as soon as it is too long.
  @Test func aLongPromptIsNotRead() throws {
    let words = ["-c", "head -c 40000000 /dev/zero | \"$0\" \"$@\"", Command.path]
    let result = try Command(words + generate + ["--prompt-file", "-"], executable: "/bin/sh")
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.contains("standard input: found more than 8160 bytes"), "\(result.diagnostics)")
  }
}
