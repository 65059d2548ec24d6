import Foundation
import TestSupport
import Testing

/// What a user can get wrong: one line on standard error that names the file, exit code 2, nothing written.
@Suite struct BadInputTests {
  private let workspace: Workspace
  private var directory: TemporaryDirectory { workspace.directory }

  init() throws { workspace = try Workspace() }

  /// Files that no reader can use, as (name, how it differs from a good one).
  static let damages = [
    "missing", "directory", "empty", "half a header", "cut short", "too long", "another kind",
    "of an unknown version",
  ]

  @Test(arguments: damages)
  func checkpoint(damage: String) throws {
    let path = try damaged(TestFiles.fixture("tiny.bin"), damage)
    try refuses(path, "verify", "--model", path, "--state", TestFiles.fixture("tiny_debug_state.bin"))
    try refuses(path, "generate", "--model", path, "--tokenizer", workspace.tokenizer)
    try refuses(path, "evaluate", "--model", path, "--data", workspace.training)
    try refuses(
      path, "train", "--model", path, "--data", workspace.training, "--tokenizer", workspace.tokenizer,
      "--output", directory.file("run"))
  }

  @Test(arguments: damages)
  func state(damage: String) throws {
    let path = try damaged(TestFiles.fixture("tiny_debug_state.bin"), damage)
    try refuses(path, "verify", "--model", TestFiles.fixture("tiny.bin"), "--state", path)
  }

  @Test(arguments: damages)
  func tokenizer(damage: String) throws {
    let path = try damaged(workspace.tokenizer, damage)
    let text = try directory.write(Array("some text".utf8), to: "some.txt")
    try refuses(path, "tokenize", text, "--tokenizer", path, "--output", directory.file("out"))
    try refuses(path, "generate", "--model", TestFiles.fixture("tiny.bin"), "--tokenizer", path)
    try refuses(
      path, "evaluate", "--model", TestFiles.fixture("tiny.bin"), "--data", workspace.training, "--tokenizer",
      path)
  }

  @Test(arguments: damages)
  func tokenFile(damage: String) throws {
    let path = try damaged(workspace.training, damage)
    try refuses(path, "evaluate", "--model", TestFiles.fixture("tiny.bin"), "--data", path)
    try refuses(
      path, "train", "--model", "d1", "--data", path, "--tokenizer", workspace.tokenizer, "--output",
      directory.file("run"), "--batch-size", "1", "--sequence-length", "8")
  }

  @Test func tokensOutsideTheVocabulary() throws {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: workspace.training)))
    bytes[1024 + 2 * 5] = 1
    bytes[1024 + 2 * 5 + 1] = 1  // Token 257 at position 5.
    let path = try directory.write(bytes, to: "outside.bin")
    let result = try refuses(
      path, "train", "--model", "d1", "--data", path, "--tokenizer", workspace.tokenizer, "--output",
      directory.file("run"), "--batch-size", "1", "--sequence-length", "8")
    #expect(result.diagnostics.contains("token 257 at position 5"))
  }

  @Test func aTokenizerOfAnotherVocabulary() throws {
    try refuses(
      workspace.tokenizer, "generate", "--model", TestFiles.fixture("tiny.bin"), "--tokenizer",
      workspace.tokenizer)
  }

  @Test func moreTokensThanTheDataHas() throws {
    let result = try workspace.train("--batch-size", "1000")
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("smaller batch"))
  }

  @Test func sequencesLongerThanTheModels() throws {
    let result = try workspace.train("--sequence-length", "17")
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("at most the model's 16"))
    #expect(try !directory.names().contains("run"))
  }

  @Test func anOutputDirectoryThatIsAFile() throws {
    _ = try directory.write([1], to: "run")
    let result = try workspace.train()
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains("/run: "))
  }

  @Test(arguments: [
    ["frobnicate"], ["train"], ["generate", "--model"], ["verify", "--recipe", "loose"],
    ["train", "--learning-rate", "nan"], ["generate", "--temperature", "-1"], ["generate", "--top-k", "0"],
    ["generate", "--threads", "0"], ["tokenize"], ["train", "--steps", "0"],
    ["train", "-e", "d1", "-i", "none.bin", "-o", "none", "--steps", "2147483648"],
    ["train", "-e", "d1", "-i", "none.bin", "-o", "none", "--total-batch-size", "9223372036854775744"],
    ["finetune", "none.txt", "--model", "none.bin", "-o", "none", "--steps", "9223372036854775807"],
  ])
  func optionsThatCannotBeUsed(arguments: [String]) throws {
    let result = try Command(arguments)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(!result.diagnostics.isEmpty)
  }

  @Test func nanWeightsAreWarnedOf() throws {
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: TestFiles.fixture("tiny.bin"))))
    bytes.set(bytes.count / 4 - 1, to: Int32(bitPattern: Float.nan.bitPattern))
    let path = try directory.write(bytes, to: "nan.bin")
    let result = try Command(
      "verify", "--model", path, "--state", TestFiles.fixture("tiny_debug_state.bin"), "--recipe", "llmc")
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.contains("warning: \(path): found nan at index 9 of lnfb"))
    #expect(result.output.contains("DIFFERS"))
  }

  /// Makes a damaged copy of a file and returns its path.
  private func damaged(_ path: String, _ damage: String) throws -> String {
    if damage == "directory" { return directory.path }
    if damage == "missing" { return directory.file("missing.bin") }
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    switch damage {
    case "empty": bytes = []
    case "half a header": bytes.removeLast(bytes.count - 512)
    case "cut short": bytes.removeLast()
    case "too long": bytes.append(7)
    case "another kind": bytes.set(0, to: 20_240_522)
    default: bytes.set(1, to: 99)
    }
    return try directory.write(bytes, to: "damaged.bin")
  }

  @discardableResult
  private func refuses(_ path: String, _ arguments: String...) throws -> Command {
    let before = try directory.names()
    let result = try Command(arguments)
    #expect(result.exitCode == 2, "\(result.diagnostics)")
    #expect(result.output.isEmpty)
    let lines = result.diagnostics.split(separator: "\n")
    #expect(lines.count == 1, "\(result.diagnostics)")
    #expect(lines.first?.hasPrefix("gpt2: \(path): ") == true, "\(result.diagnostics)")
    #expect(try directory.names() == before)
    return result
  }
}
