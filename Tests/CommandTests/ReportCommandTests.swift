import Foundation
import TestSupport
import Testing

@Suite struct ReportCommandTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(
      atPath: directory.file("book"), withIntermediateDirectories: true)
  }

  private let records = """
    {"event":"run","step":0,"settings":{"model":"d2"}}
    {"event":"validation","step":0,"loss":10.5}
    {"event":"step","step":1,"loss":10.25,"milliseconds":500,"tokensPerSecond":512,"gigaflops":9}
    {"event":"step","step":2,"loss":8,"milliseconds":250,"tokensPerSecond":1024,"gigaflops":18}
    {"event":"validation","step":2,"loss":8.5}

    """

  private var page: String { directory.file("book/report.html") }

  private func write(_ text: String, to name: String = "book/metrics.jsonl") throws {
    _ = try directory.write(Array(text.utf8), to: name)
  }

  private func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func aRunBecomesAPage() throws {
    try write(records)
    let result = try Command("report", directory.file("book"))
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.output.isEmpty)
    #expect(
      result.diagnostics == "wrote \(page) (book): 2 steps, best validation loss 8.5000 at step 2\n")
    let tree = try XMLTree.parse(try contents(page))
    #expect(tree.all("h1").map(\.text) == ["book"])
    #expect(tree.all("p", class: "value").map(\.text).first == "8.5000nats")
  }

  @Test func aRunThatGoesOnIsReportedAgain() throws {
    try write(records)
    // A slash at the end makes no difference.
    #expect(try Command("report", directory.file("book/")).exitCode == 0)
    let first = try contents(page)
    try write(records + #"{"event":"validation","step":3,"loss":7}"# + "\n" + #"{"event":"st"#)
    let result = try Command("report", directory.file("book"))
    #expect(result.exitCode == 0)
    #expect(
      result.diagnostics.hasPrefix("warning: \(directory.file("book"))/metrics.jsonl: line 7 is cut short"))
    #expect(try contents(page) != first)
    #expect(try contents(page).contains("Line 7 of metrics.jsonl is cut short"))
  }

  @Test func anotherFileIsReplacedOnlyIfAsked() throws {
    try write(records)
    try write("mine", to: "notes.html")
    let notes = directory.file("notes.html")
    let refused = try Command("report", directory.file("book"), "--output", notes)
    #expect(refused.exitCode == 2)
    #expect(refused.diagnostics.hasPrefix("gpt2: \(notes): already exists"))
    #expect(try contents(notes) == "mine")
    #expect(try Command("report", directory.file("book"), "--output", notes, "--overwrite").exitCode == 0)
    #expect(try contents(notes).hasPrefix("<!DOCTYPE html>"))
    #expect(!FileManager.default.fileExists(atPath: page))
  }

  @Test func allNumbersAreATable() throws {
    let more = #"""
      {"event":"run","step":1}
      {"event":"step","step":2,"loss":"NaN","learningRate":0.001,"gradientNorm":0.1}
      {"event":"evaluation","step":2,"accuracy":0.25}

      """#
    try write(records + more)
    let result = try Command("report", directory.file("book"), "--csv")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    // Step 2 was made again after a resume: what was measured then holds.
    let expected = """
      step,loss,learning_rate,gradient_norm,milliseconds,tokens_per_second,gigaflops,validation_loss,accuracy
      0,,,,,,,10.5,
      1,10.25,,,500.0,512.0,9.0,,
      2,nan,0.001,0.1,,,,,0.25

      """
    #expect(result.output == expected)
    #expect(!FileManager.default.fileExists(atPath: page))
    let both = try Command("report", directory.file("book"), "--csv", "--json")
    #expect(both.exitCode == 2)
    #expect(both.diagnostics.contains("--json and --csv exclude each other."))
  }

  @Test func aSummaryIsOneObject() throws {
    try write(records)
    let result = try Command("report", directory.file("book"), "--json")
    #expect(result.exitCode == 0 && result.diagnostics.isEmpty)
    #expect(result.output.split(separator: "\n").count == 1)
    let summary = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(summary["step"] as? Int == 2)
    #expect(summary["tokens"] as? Int == 512)
    #expect(summary["seconds"] as? Double == 0.75)
    #expect(summary["medianTokensPerSecond"] as? Double == 1024)
    #expect((summary["bestValidation"] as? [String: Any])?["loss"] as? Double == 8.5)
    #expect(!FileManager.default.fileExists(atPath: page))
  }

  @Test func aRunOfLLMCIsReported() throws {
    try write("s:0 tel:11.0094\ns:0 trl:11.0123 lr:0.000001 norm:15.2800\n", to: "book/main.log")
    let result = try Command("report", directory.file("book"))
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(try contents(page).contains("from 2 records of main.log"))
  }

  @Test func whatCannotBeReportedIsNamed() throws {
    let run = directory.file("book")
    try refuses(run, "found neither metrics.jsonl nor main.log", run)
    try refuses(directory.file("missing"), "no such file or directory", directory.file("missing"))
    try write("x", to: "file")
    try refuses(directory.file("file"), "expected a directory", directory.file("file"))
    try write("", to: "book/metrics.jsonl")
    try refuses(run + "/metrics.jsonl", "found no records", run)
    try write("nonsense\n" + records)
    try refuses(run + "/metrics.jsonl", "line 1: found 'nonsense'", run)
    try write(records)
    try refuses(
      directory.file("file/report.html"), "found a file, expected a directory", run, "--output",
      directory.file("file/report.html"))
    #expect(try Command("report", run, "--json", "--overwrite").exitCode == 2)
    #expect(try Command("report").exitCode == 2)
  }

  private func refuses(_ path: String, _ message: String, _ arguments: String...) throws {
    let result = try Command(["report"] + arguments)
    #expect(result.exitCode == 2)
    #expect(result.output.isEmpty)
    #expect(result.diagnostics.hasPrefix("gpt2: \(path): "), "\(result.diagnostics)")
    #expect(result.diagnostics.contains(message), "\(result.diagnostics)")
    #expect(result.diagnostics.split(separator: "\n").count == 1)
  }
}
