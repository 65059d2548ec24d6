import Foundation
import TestSupport
import Testing

/// The scripts that fetch things, from file URLs, so that no network is needed.
@Suite struct ScriptTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func aFileIsFetchedOnceAndWhole() throws {
    let source = try directory.write(Array("some text".utf8), to: "source.txt")
    let target = directory.file("new/target.txt")
    #expect(try fetch(target, "file://\(source)", "9") == 0)
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "some text")
    // What is there is not fetched again, wherever it is said to be.
    #expect(try fetch(target, "file:///nowhere", "9") == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.file("new")) == ["target.txt"])
  }

  @Test func aFileOfAnotherSizeIsNotKept() throws {
    let source = try directory.write(Array("some text".utf8), to: "source.txt")
    #expect(try fetch(directory.file("target.txt"), "file://\(source)", "10") == 1)
    #expect(try directory.names() == ["source.txt"])
  }

  @Test func aFileThatIsThereWithAnotherSizeIsLeftAlone() throws {
    let target = try directory.write([1, 2, 3], to: "target.txt")
    #expect(try fetch(target, "file:///nowhere", "9") == 1)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == Data([1, 2, 3]))
  }

  @Test func whatCannotBeFetchedFails() throws {
    #expect(try fetch(directory.file("target.txt"), "file://\(directory.file("missing"))", "") == 1)
    #expect(try directory.names() == [])
  }

  @Test func fineTuningWithoutItsFilesNamesThemAndWhereTheyGo() throws {
    let scripts = URL(fileURLWithPath: TestFiles.project("scripts/fetch.sh")).deletingLastPathComponent()
    try FileManager.default.copyItem(at: scripts, to: URL(fileURLWithPath: directory.file("scripts")))
    let nowhere = ["STARTER_PACK": "file:///nowhere", "SHAKESPEARE": "file:///nowhere/input.txt"]
    let result = try shell([directory.file("scripts/finetune.sh"), "gpt2"], environment: nowhere)
    #expect(result.exitCode == 2)
    for name in ["gpt2_tokenizer", "gpt2_124M", "gpt2_124M_debug_state"] {
      #expect(result.diagnostics.contains("data/\(name).bin"))
      #expect(result.diagnostics.contains("file:///nowhere/\(name).bin"))
    }
    #expect(result.diagnostics.contains("data/tinyshakespeare.txt"))
    #expect(try !directory.names().contains("runs"))
  }

  @Test(arguments: [
    ("dev/reference/verify-124M.sh", "false has no torch"),
    ("dev/measure-step.sh", "data/gpt2_tokenizer.bin is missing"),
  ])
  func scriptsSayWhatTheyMiss(script: String, message: String) throws {
    // A copy, so that the repository's own data folder is not seen.
    let copy = URL(fileURLWithPath: directory.file(script))
    try FileManager.default.createDirectory(
      at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: TestFiles.project(script), toPath: copy.path)
    let result = try shell([copy.path, "gpt2"], environment: ["PYTHON": "false"])
    #expect(result.exitCode == 2)
    #expect(result.diagnostics.contains(message))
  }

  private func fetch(_ arguments: String...) throws -> Int32 {
    try shell([TestFiles.project("scripts/fetch.sh")] + arguments).exitCode
  }

  private func shell(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> (exitCode: Int32, diagnostics: String) {
    let process = Process()
    let diagnostics = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardError = diagnostics
    try process.run()
    let text = diagnostics.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
