import GPT2BinaryFiles
import Foundation
import TestSupport
import Testing
import GPT2TrainingCore

@testable import GPT2Reports

@Suite struct RunReportTests {
  private func report(_ records: [RunRecord], files: TemporaryDirectory? = nil) throws -> RunReport {
    var history = RunHistory(.metrics)
    for record in records { history.append(record) }
    // Held until it has been looked at.
    let directory = try files ?? TemporaryDirectory()
    let found = try withExtendedLifetime(directory) { try RunFiles(directory: directory.path) }
    return RunReport(history, files: found, name: "book", origin: "made")
  }

  /// Everything that a run can have.
  private var everything: [RunRecord] {
    var run = RunRecord(.run, step: 0)
    run.time = "2026-11-21T11:58:07Z"
    run.command = ["gpt2", "train", "--data", "data/a b*.bin", "it's"]
    run.settings = ["model": "d2", "batch size": "4", "note": "<i>&"]
    var records = [run]
    for step in 1...200 {
      var record = RunRecord(.step, step: step)
      record.loss = step == 77 ? .nan : 10 / Float(step)
      record.learningRate = 1e-3
      record.gradientNorm = 1 + Float(step % 7)
      record.milliseconds = 60
      record.tokensPerSecond = 4000
      record.gigaflops = 170
      records.append(record)
    }
    var skipped = RunRecord(.skipped, step: 150)
    skipped.reason = "norm & loss"
    var accuracy = RunRecord(.evaluation, step: 200)
    accuracy.accuracy = 0.29
    var sample = RunRecord(.sample, step: 100)
    sample.text = "</pre></script><script>alert(1)</script>&amp;\u{0}\u{1B}[31m\"' http://example.org/a.js"
    var later = RunRecord(.sample, step: 200)
    later.text = "later"
    var end = RunRecord(.end, step: 200)
    end.reason = "all steps made"
    return records + [
      skipped, RunHistoryTests.validation(100, 0.5), RunHistoryTests.validation(200, 0.9), accuracy, sample,
      later,
      end,
    ]
  }

  @Test func thePageIsWellFormedAndComplete() throws {
    let files = try TemporaryDirectory()
    _ = try files.write([UInt8](repeating: 0, count: 2048), to: "model_00000200.bin")
    _ = try files.write([UInt8](repeating: 0, count: 3072), to: "state_00000200_00000.bin")
    _ = try files.write([], to: "DONE_00000200")
    let tree = try XMLTree.parse(try report(everything, files: files).html)
    let headings = tree.all("h2").map(\.text)
    #expect(
      headings == [
        "Loss", "Loss after the first quarter", "HellaSwag", "Learning rate", "Gradient norm", "Throughput",
        "Arithmetic", "Samples", "Checkpoints", "Command and settings",
      ])
    // Each chart once for wide pages, and once for narrow ones.
    #expect(tree.all("svg").count == 14)
    let cells = tree.all("td").map(\.text)
    for text in ["2.00 KiB", "3.00 KiB", "complete", "batch size", "<i>&"] { #expect(cells.contains(text)) }
    #expect(tree.all("pre").map(\.text).contains(#"gpt2 train --data 'data/a b*.bin' 'it'\''s'"#))
    let notes = try #require(tree.all("section", class: "notes").first).text
    #expect(notes.contains("The best validation loss was at step 100; later steps overfit"))
    #expect(notes.contains("at step 150 (norm & loss)"))
    #expect(notes.contains("no finite number at 1 of 200 steps, first at step 77"))
    let facts = try #require(tree.all("p", class: "facts").first).text
    #expect(facts == "model d2 · begun 2026-11-21 11:58 UTC · ended: all steps made")
    #expect(tree.all("p", class: "value").map(\.text).contains("29.0%"))
  }

  @Test func samplesAreTextAndTheNewestComesFirst() throws {
    let page = try report(everything).html
    let blocks = try XMLTree.parse(page).all("details")
    #expect(blocks.map { $0.all("pre").first?.text.prefix(6) } == ["later", "</pre>"])
    #expect(blocks.map { $0.attributes["open"] != nil } == [true, false])
    #expect(blocks[1].text.contains("</script><script>alert(1)</script>&amp;\u{FFFD}\u{FFFD}[31m\"'"))
    #expect(!page.contains("<script"))
    #expect(!page.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
  }

  @Test func thePageLoadsNothing() throws {
    let tree = try XMLTree.parse(try report(everything).html)
    let page = try report(everything.filter { $0.event != .sample }).html
    for word in ["src=", "href", "@import", "url(", "http:", "https:", "<link", "<img", "<script", "<iframe"]
    {
      #expect(!page.contains(word), "\(word)")
    }
    for name in ["link", "script", "img", "iframe", "object", "image", "use", "a"] {
      #expect(tree.all(name).isEmpty)
    }
    #expect(tree.all("meta").contains { $0.attributes["content"]?.hasPrefix("default-src 'none'") == true })
  }

  @Test func pagesOfPoorRunsAreWellFormed() throws {
    for records in [
      [RunRecord(.run, step: 0)], [RunRecord(.end, step: 3)], RunHistoryTests.updates(1...1, loss: .nan),
      RunHistoryTests.updates(1...2, loss: 3), [RunHistoryTests.validation(0, .infinity)],
      RunHistoryTests.updates(1...60, loss: .greatestFiniteMagnitude), [RunRecord(.checkpoint, step: 1)],
    ] {
      let tree = try XMLTree.parse(try report(records).html)
      #expect(tree.all("h1").map(\.text) == ["book"])
    }
  }

  @Test func numbersThatNoRunHasDoNoHarm() throws {
    var records: [RunRecord] = []
    for (step, size) in [(1, 1e308), (2, -1e308), (1 << 53, 1e300)] {
      var record = RunRecord(.step, step: step)
      record.loss = Float(size)
      record.learningRate = .greatestFiniteMagnitude
      record.gradientNorm = .leastNonzeroMagnitude
      (record.milliseconds, record.tokensPerSecond, record.gigaflops) = (size, size, size)
      var accuracy = RunRecord(.evaluation, step: step)
      accuracy.accuracy = size
      records += [record, accuracy, RunHistoryTests.validation(step, -.greatestFiniteMagnitude)]
    }
    let tree = try XMLTree.parse(try report(records).html)
    #expect(tree.all("svg").count == 12)
  }

  @Test func aSampleThatBeginsWithALineEndKeepsIt() throws {
    var sample = RunRecord(.sample, step: 1)
    sample.text = "\nROMEO:"
    // As HTML has it, the first of the two is not part of the text.
    #expect(try report([sample]).html.contains("<pre dir=\"ltr\">\n\nROMEO:</pre>"))
  }

  @Test func aReportIsReplacedAndAnotherFileIsNot() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("report.html")
    let first = try report(everything)
    try ReportFile.write(first, to: path, overwriting: false)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == first.html)
    let second = try report(RunHistoryTests.updates(1...2, loss: 3))
    try ReportFile.write(second, to: path, overwriting: false)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == second.html)

    for foreign in ["", "<!DOCTYPE html>\n<html lang=\"en\"><head><title>mine</title>", "notes"] {
      let path = try directory.write(Array(foreign.utf8), to: "foreign.html")
      let cause = expectFileError(path) { try ReportFile.write(second, to: path, overwriting: false) }
      #expect(cause == .alreadyExists)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == foreign)
      try ReportFile.write(second, to: path, overwriting: true)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == second.html)
    }
  }

  @Test func commandLinesMeanTheSameToAShell() throws {
    let words = [
      "plain", "a b", "it's", "$HOME", "`id`", "*", "", "--x=1", "\"", "\\", "a\nb", "é", "!", "~", "'", "#",
    ]
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "printf '%s\\0' " + ShellQuoting.line(words)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(output == words.map { $0 + "\0" }.joined())
    #expect(ShellQuoting.line(["gpt2", "--steps=3", "a b"]) == "gpt2 --steps=3 'a b'")
  }

  @Test(arguments: [
    (0.26, "0.3 s"), (42, "42 s"), (303, "5 min 3 s"), (8100, "2 h 15 min"), (273_600, "3 d 4 h"),
    (3600, "1 h"),
    (59.7, "1 min"), (.nan, "unknown"), (1e300, "unknown"),
  ])
  func timesAreWrittenAsPeopleSayThem(seconds: Double, text: String) {
    #expect(Duration.text(seconds) == text)
  }
}
