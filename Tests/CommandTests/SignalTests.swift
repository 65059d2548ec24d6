import Foundation
import GPT2ModelFiles
import TestSupport
import Testing
import GPT2Transformer

/// Commands that are ended while they write.
@Suite struct SignalTests {
  private let directory: TemporaryDirectory
  private let model: String

  init() throws {
    directory = try TemporaryDirectory()
    model = directory.file("model.bin")
    // Large enough that writing it takes a while.
    let configuration = try Configuration(
      maximumSequenceLength: 64, vocabularySize: 30_000, layers: 2, heads: 4, channels: 256)
    try Checkpoint.write(Parameters(random: configuration, seed: 1), to: model, replacing: false)
  }

  /// What is in the directory and in those in it, but for the model.
  private func found() -> [String] {
    let all = FileManager.default.enumerator(atPath: directory.path)?.allObjects as? [String]
    return (all ?? []).filter { $0 != "model.bin" }.sorted()
  }

  /// Ends a conversion once it has begun to write.
  ///
  /// - Returns: Its exit code, and what it said.
  private func convert(to output: String, endedBy signal: Int32) throws -> (code: Int32, said: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = ["convert", model, directory.file(output)]
    if output.hasSuffix("gguf") { process.arguments? += ["--without-tokenizer"] }
    let diagnostics = Pipe()
    process.standardError = diagnostics
    try process.run()
    while process.isRunning, !found().contains(where: { $0.contains(".partial-") }) { usleep(1000) }
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    let said = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    return (process.terminationStatus + (process.terminationReason == .exit ? 0 : 1000), said)
  }

  @Test(
    arguments: [SIGINT, SIGTERM, SIGHUP],
    ["out.gguf", "out.bin", "out.safetensors", "out/", "new/er/out.bin"])
  func aSignalLeavesNothing(signal: Int32, output: String) throws {
    let (code, said) = try convert(to: output, endedBy: signal)
    #expect(code == 128 + signal)
    #expect(said.hasSuffix("interrupted; what was not finished is removed\n"))
    #expect(found() == [])
  }

  /// What a kill leaves the next command removes, and nothing else of a like name.
  @Test func whatAKillLeavesTheNextCommandRemoves() throws {
    #expect(try convert(to: "out.bin", endedBy: SIGKILL).code == 1000 + SIGKILL)
    #expect(found().count == 1 && found()[0].hasPrefix("out.bin.partial-"))
    let others = ["other.bin.partial-abc123", "out.bin.partial-", "out.bin.partial-Mine", "out.bin.partial"]
    for name in others { try directory.write("somebody's", to: name) }
    let result = try Command("convert", model, directory.file("out.bin"))
    #expect(result.exitCode == 0)
    #expect(found() == (others + ["out.bin"]).sorted())
  }

  /// `nohup` and shells without job control tell a program to ignore some of them.
  @Test func anIgnoredSignalStaysIgnored() throws {
    let result = try Command(
      [
        "-c",
        "trap '' INT; \"$0\" convert \(model) \(directory.file("out.bin")) & sleep 0.1; kill -INT $!; wait $!",
        Command.path,
      ], executable: "/bin/sh")
    #expect(result.exitCode == 0)
    #expect(found() == ["out.bin"])
  }
}
