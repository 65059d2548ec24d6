import Foundation
import TestSupport
import Testing

/// `train --overwrite` where something fails before the new run has a checkpoint.
@Suite struct ReplacedRunTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }
  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: file(name))) }

  /// Two letters have each other's tokens.
  private func otherTokenizer() throws -> (path: String, bytes: Data) {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: workspace.tokenizer))
    // Each token is a length, 1, and a byte.
    let place = 1024 + 2 * Int(UInt8(ascii: "a")) + 1
    (bytes[place], bytes[place + 2]) = (bytes[place + 2], bytes[place])
    try bytes.write(to: URL(fileURLWithPath: file("other.bin")))
    return (file("other.bin"), bytes)
  }

  private func replace(with tokenizer: String) throws -> Command {
    try Command(
      "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--tokenizer", tokenizer,
      "--output", file("run"), "--batch-size", "2", "--sequence-length", "16", "--steps", "2", "--overwrite")
  }

  private func putFolder(inPlaceOf name: String) throws {
    try FileManager.default.removeItem(atPath: file(name))
    try FileManager.default.createDirectory(atPath: file(name), withIntermediateDirectories: false)
  }

  /// Where its plan cannot be written, the old run has all that is its own.
  @Test func untilThePlanSaysSoNothingIsReplaced() throws {
    #expect(try workspace.train().exitCode == 0)
    let names = ["run/tokenizer.bin", "run/metrics.jsonl", "run/main.log"]
    let before = try names.map(bytes)
    try putFolder(inPlaceOf: "run/plan.json")
    expectRefusal(try replace(with: try otherTokenizer().path), naming: "plan.json: found a directory")
    #expect(try names.map(bytes) == before)
  }

  /// Where it fails after that, who goes on does not take the old run's tokenizer and log for its own.
  @Test func whatIsReplacedIsNotGoneOnWith() throws {
    #expect(try workspace.train().exitCode == 0)
    let old = try bytes("run/tokenizer.bin")
    let other = try otherTokenizer()
    try putFolder(inPlaceOf: "run/tokenizer.bin")
    expectRefusal(try replace(with: other.path), naming: "tokenizer.bin: found a directory")
    try FileManager.default.removeItem(atPath: file("run/tokenizer.bin"))
    try old.write(to: URL(fileURLWithPath: file("run/tokenizer.bin")))
    let resumed = try Command("train", "--resume", file("run"))
    #expect(resumed.exitCode == 0, "\(resumed.diagnostics)")
    #expect(try bytes("run/tokenizer.bin") == other.bytes)
    #expect(try RunFiles(file("run")).checkpoints == [2])
    let metrics = try String(contentsOfFile: file("run/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.split(separator: "\n").filter { $0.contains(#""event":"run""#) }.count == 1)
  }
}
