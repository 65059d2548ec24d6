import Foundation
import TestSupport
import Testing

/// `train --align-documents`.
@Suite struct AlignDocumentsCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func file(_ name: String) -> String { workspace.directory.file(name) }

  private func train(_ options: String..., output: String = "run") throws -> Command {
    try Command(
      [
        "train", "--model", "d1", "--positions", "16", "--data", workspace.training, "--validation",
        workspace.validation, "--tokenizer", workspace.tokenizer, "--output", file(output), "--batch-size",
        "2", "--sequence-length", "16", "--sample-interval", "0", "--steps", "6", "--checkpoint-interval",
        "3",
      ] + options)
  }

  @Test func itIsSaidAndTheRunGoesOnToTheSameBytes() throws {
    let whole = try train("--align-documents", output: "whole")
    #expect(whole.exitCode == 0, "\(whole.diagnostics)")
    #expect(whole.diagnostics.contains("\n        a sequence for each document, which token 256 begins\n"))
    try #require(try train("--align-documents").exitCode == 0)
    for name in try RunFiles(file("run")).names where name.contains("00000006") {
      try FileManager.default.removeItem(atPath: file("run/\(name)"))
    }
    let more = try Command("train", "--resume", file("run"))
    #expect(more.exitCode == 0 && !more.diagnostics.contains("before,"), "\(more.diagnostics)")
    #expect(try RunFiles(file("run")).checkpoint(6) == RunFiles(file("whole")).checkpoint(6))
    try #require(try train(output: "plain").exitCode == 0)
    #expect(try RunFiles(file("plain")).checkpoint(6)[0] != RunFiles(file("whole")).checkpoint(6)[0])
  }

  /// Text that was made into tokens without a mark.
  @Test func dataWithoutDocumentsAreRefused() throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: workspace.training))
    // After the header of 1024 bytes, "e" in place of every end-of-text.
    var plain = Array(bytes)
    for place in stride(from: 1024, to: plain.count, by: 2) where plain[place + 1] == 1 {
      (plain[place], plain[place + 1]) = (101, 0)
    }
    try Data(plain).write(to: URL(fileURLWithPath: workspace.training))
    expectRefusal(
      try train("--align-documents"), naming: "\(workspace.training): found no token 256",
      "expected documents")
    #expect(!FileManager.default.fileExists(atPath: file("run")))
  }

  @Test func examplesStayWhole() throws {
    let refused = try Command(
      "train", "--model", "d1", "--instructions", "x.jsonl", "--output", file("run"), "--align-documents")
    expectRefusal(refused, naming: "--align-documents is for --data")
  }
}
