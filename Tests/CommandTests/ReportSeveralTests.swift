import Foundation
import TestSupport
import Testing

/// Several runs on a page, a page that is opened, and one that is written again and again.
@Suite struct ReportSeveralTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for (name, optimizer) in [("a", "adamW"), ("b", "muon")] {
      try FileManager.default.createDirectory(
        atPath: directory.file(name), withIntermediateDirectories: true)
      try append(#"{"event":"run","step":0,"settings":{"model":"d2","optimizer":"\#(optimizer)"}}"#, to: name)
      try append(#"{"event":"step","step":1,"loss":10.25}"#, to: name)
      try append(#"{"event":"validation","step":1,"loss":8.5}"#, to: name)
    }
  }

  private func append(_ line: String, to run: String) throws {
    let path = directory.file(run + "/metrics.jsonl")
    let before = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try (before + line + "\n").write(toFile: path, atomically: false, encoding: .utf8)
  }

  private func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func twoRunsAreOnePage() throws {
    let page = directory.file("pages/both.html")
    let result = try Command("report", directory.file("a"), directory.file("b/"), "--output", page)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(
      result.diagnostics == """
        wrote \(page) (2 runs)
          a: 1 step, best validation loss 8.5000 at step 1
          b: 1 step, best validation loss 8.5000 at step 1

        """)
    let tree = try XMLTree.parse(try contents(page))
    #expect(tree.all("h1").map(\.text) == ["a, b"])
    #expect(tree.all("td").map(\.text).contains("muon"))
    #expect(tree.all("script").isEmpty)
  }

  @Test func summariesAreAnObjectARun() throws {
    let result = try Command("report", directory.file("a"), directory.file("b"), "--json")
    #expect(result.exitCode == 0)
    let names = try result.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])["name"]
        as? String
    }
    #expect(names == ["a", "b"])
  }

  @Test func whatCannotBeComparedIsSaid() throws {
    let (a, b) = (directory.file("a"), directory.file("b"))
    try expectRefusal(Command("report", a, b), naming: "Name the page of several runs: --output")
    try expectRefusal(Command("report", a, b, "--csv"), naming: "--csv is for one run, found 2")
    try expectRefusal(Command("report", a, a + "/", "--output", "x"), naming: "is named twice")
    try expectRefusal(
      Command("report", a, "--json", "--watch"), naming: "leave out --output, --overwrite, --open")
    let missing = directory.file("missing")
    try expectRefusal(
      Command("report", a, missing, "--output", directory.file("x/y.html")),
      naming: "\(missing): no such file")
    #expect(try directory.names() == ["a", "b"])
    var many = ["report"]
    for index in 0..<19 {
      let copy = directory.file("copy\(index)")
      try FileManager.default.copyItem(atPath: a, toPath: copy)
      many.append(copy)
    }
    try expectRefusal(
      Command(many + ["--output", directory.file("y.html")]), naming: "found 19 runs, expected at most 18")
    // As objects they need no page.
    let summaries = try Command(many + ["--json"])
    #expect(summaries.exitCode == 0)
    #expect(summaries.output.split(separator: "\n").count == 19)
  }

  /// A folder with an xdg-open in it, which writes down what it is asked to open.
  private func opener(_ script: String) throws -> [String: String] {
    for name in ["xdg-open", "open"] {
      try directory.writeProgram("#!/bin/sh\n" + script, to: "bin/" + name)
    }
    return ["PATH": directory.file("bin") + ":/usr/bin:/bin", "DISPLAY": ":0"]
  }

  @Test func thePageIsOpened() throws {
    let environment = try opener("echo \"$@\" >\(directory.file("opened"))")
    let result = try Command("report", directory.file("a"), "--open", environment: environment)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.split(separator: "\n").count == 1, "\(result.diagnostics)")
    // A busy machine may run it later.
    let path = directory.file("opened")
    try wait { try FileManager.default.fileExists(atPath: path) && contents(path).hasSuffix("\n") }
    let opened = try contents(path)
    #expect(opened.hasPrefix("/") && opened.hasSuffix("/a/report.html\n"))
  }

  #if os(Linux)
    @Test func withoutABrowserThePathIsSaid() throws {
      let page = directory.file("a") + "/report.html"
      let environment = try opener("exit 3")
      // On a busy machine the opener may fail only after it was left: then nothing is said, and it is tried again.
      try wait {
        let failing = try Command("report", directory.file("a"), "--open", environment: environment)
        #expect(failing.exitCode == 0)
        return failing.diagnostics.contains("note: xdg-open found no browser; the page is ")
          && failing.diagnostics.hasSuffix("/a/report.html\n")
      }
      let none = try Command(
        "report", directory.file("a"), "--open",
        environment: ["DISPLAY": "", "WAYLAND_DISPLAY": "", "WSL_DISTRO_NAME": ""])
      #expect(none.exitCode == 0)
      #expect(none.diagnostics.contains("there is no screen to open a browser on"))
      let missing = try Command(
        "report", directory.file("a"), "--open", environment: ["DISPLAY": ":0", "PATH": directory.file("b")])
      #expect(missing.diagnostics.contains("found no xdg-open"))
      #expect(FileManager.default.fileExists(atPath: page))
    }
  #endif

  /// Waits, for as long as a busy machine may take.
  private func wait(until isTrue: () throws -> Bool) throws {
    let end = Date.now.addingTimeInterval(60)
    while try !isTrue() {
      try #require(Date.now < end, "it did not come")
      usleep(50_000)
    }
  }

  @Test func aWatchedPageFollowsTheRunUntilASignal() throws {
    let page = directory.file("a/report.html")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = ["report", directory.file("a"), "--watch"]
    process.standardError = Pipe()
    try process.run()
    try wait { FileManager.default.fileExists(atPath: page) }
    #expect(try contents(page).contains("location.reload()"))
    try append(#"{"event":"validation","step":2,"loss":7.125}"#, to: "a")
    try wait { try contents(page).contains("7.1250") }
    let tree = try XMLTree.parse(try contents(page))
    #expect(tree.all("script").count == 1)
    // Its own page in the directory is not what it waits for.
    let status = try FileManager.default.attributesOfItem(atPath: page)[.modificationDate] as? Date
    usleep(2_500_000)
    #expect(try FileManager.default.attributesOfItem(atPath: page)[.modificationDate] as? Date == status)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    #expect(try !contents(page).contains("<script"))
    #expect(try contents(page).contains("7.1250"))
  }

  /// As a run is that is begun anew: for a moment there are no records.
  @Test func aRunThatIsBegunAnewDoesNotEndTheWatch() throws {
    let page = directory.file("a/report.html")
    let records = directory.file("a/metrics.jsonl")
    let before = try contents(records)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = ["report", directory.file("a"), "--watch"]
    process.standardError = Pipe()
    try process.run()
    try wait { FileManager.default.fileExists(atPath: page) }
    try "".write(toFile: records, atomically: false, encoding: .utf8)
    // It looks once a second.
    usleep(2_500_000)
    try before.write(toFile: records, atomically: false, encoding: .utf8)
    try append(#"{"event":"validation","step":2,"loss":7.125}"#, to: "a")
    try wait { try !process.isRunning || contents(page).contains("7.1250") }
    #expect(process.isRunning)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func aRunThatIsDamagedEndsTheWatch() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Command.path)
    process.arguments = [
      "report", directory.file("a"), directory.file("b"), "--watch", "--output", directory.file("both.html"),
    ]
    let diagnostics = Pipe()
    process.standardError = diagnostics
    try process.run()
    try wait { FileManager.default.fileExists(atPath: directory.file("both.html")) }
    try append(#"{"event":"validation","step":2,"loss":7.125}"#, to: "b")
    try wait { try contents(directory.file("both.html")).contains("7.1250") }
    try append("nonsense", to: "b")
    process.waitUntilExit()
    #expect(process.terminationStatus == 2)
    let text = String(decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text.contains("b/metrics.jsonl: line 5: found 'nonsense'"), "\(text)")
    // Two runs in one line.
    #expect(
      text.contains(
        "both.html: written (2 runs) | a: 1 step, best validation loss 8.5000 at step 1 | b: "), "\(text)")
    #expect(try !contents(directory.file("both.html")).contains("<script"))
  }
}
