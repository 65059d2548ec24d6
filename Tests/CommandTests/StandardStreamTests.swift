import Foundation
import TestSupport
import Testing

/// Descriptors that are closed, and standard output that takes nothing.
@Suite struct StandardStreamTests {
  private let directory: TemporaryDirectory
  private let tokenizer: String

  init() throws {
    directory = try TemporaryDirectory()
    tokenizer = directory.file("byte.bin")
    _ = try Command("tokenize", "--byte-level", tokenizer)
  }

  /// Runs a program by a shell, which can close descriptors.
  private func shell(_ program: String, _ line: String) throws -> Command {
    try Command(["-c", "exec \"$0\" " + line, program], executable: "/bin/sh")
  }

  /// All that can be closed; what is said or shown must end in no file.
  @Test(arguments: [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "<&-"])
  func whatIsSaidEndsInNoFile(closed: String) throws {
    let text = directory.file("text")
    let line = String(repeating: "to be or not to be, that is the question\n\n", count: 100)
    try directory.write(line, to: "text")
    let expected = try shell(
      Command.path, "tokenize \(text) --tokenizer \(tokenizer) --output \(directory.file("open"))")
    #expect(expected.exitCode == 0)
    let found = try shell(
      Command.path, "tokenize \(text) --tokenizer \(tokenizer) --output \(directory.file("closed")) \(closed)"
    )
    #expect(found.exitCode == 0)
    for part in ["_train.bin", "_val.bin"] {
      let (open, closed) = (try bytes("open" + part), try bytes("closed" + part))
      #expect(open == closed)
    }
  }

  /// A run writes its logs and says much meanwhile; every line of the log must be a record.
  @Test func aRunsLogHasNothingButRecords() throws {
    try directory.write(String(repeating: "to be or not to be\n\n", count: 100), to: "text")
    let prefix = directory.file("data")
    _ = try Command("tokenize", directory.file("text"), "--tokenizer", tokenizer, "--output", prefix)
    let result = try shell(
      Command.path,
      "train --model 1x2x16 --positions 16 -b 2 -t 16 --steps 3 --data \(prefix)_train.bin --validation \(prefix)_val.bin "
        + "--validation-batches 1 --tokenizer \(tokenizer) --output \(directory.file("run")) --threads 1 >&- 2>&-"
    )
    #expect(result.exitCode == 0)
    for name in ["run/metrics.jsonl", "run/main.log"] {
      let lines = String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n")
      #expect(lines.count > 3)
      let beginning = name.hasSuffix("jsonl") ? "{" : "s:"
      #expect(lines.allSatisfy { $0.hasPrefix(beginning) })
    }
  }

  /// What was asked for is not lost without a word: an output that is closed is an error, as for other programs.
  @Test(arguments: [
    ["--version"], ["--help"], ["fetch", "--json"], ["--generate-completion-script", "zsh"],
    ["convert", "--help"],
  ])
  func anOutputThatTakesNothingIsAnError(arguments: [String]) throws {
    let words = arguments.joined(separator: " ")
    let closed = try shell(Command.path, words + " >&-")
    #expect(closed.exitCode == 2)
    #expect(
      closed.diagnostics
        == "gpt2: standard output: found it closed, expected it open; send it to a file, or to /dev/null\n")
    // Where there is such a device.
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let full = try shell(Command.path, words + " >/dev/full")
    #expect(full.exitCode == 2)
    #expect(
      full.diagnostics
        == "gpt2: standard output: writing to it failed: No space left on device; make room or name another path\n"
    )
  }

  @Test func theLadderDoesTheSame() throws {
    for words in ["--help", "list", "--version"] {
      let full = try shell(Command.ladder, words + " >&-")
      #expect(full.exitCode == 2 && full.diagnostics.contains("ladder: standard output: found it closed"))
    }
  }

  /// Whoever has read enough need not be told.
  @Test func aReaderThatIsGoneIsNoError() throws {
    for words in ["--help", "fetch"] {
      let result = try Command(
        ["-c", "{ sleep 0.2; \"$0\" \(words); echo $? >&2; } | true", Command.path], executable: "/bin/sh")
      #expect(result.diagnostics == "141\n")
    }
  }

  @Test func anInputThatIsClosedIsAnError() throws {
    let result = try shell(
      Command.path, "tokenize - --tokenizer \(tokenizer) --output \(directory.file("out")) <&-")
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("Bad file descriptor"))
    #expect(try directory.names() == ["byte.bin"])
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: directory.file(name)))
  }
}
