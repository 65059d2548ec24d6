import GPT2Charts
import Foundation
import TestSupport
import Testing
import GPT2TrainingCore

@testable import GPT2Reports

@Suite struct ComparisonReportTests {
  /// A run of some updates, whose losses fall to `last`.
  private func run(
    _ name: String, last: Float, steps: Int = 100, settings: [String: String] = [:],
    milliseconds: Double = 500
  ) -> ComparisonReport.Run {
    var history = RunHistory(.metrics)
    var begin = RunRecord(.run, step: 0)
    begin.command = ["gpt2", "train", "--output", "a b/" + name]
    begin.settings = ["model": "d2", "seed": "42"].merging(settings) { $1 }
    history.append(begin)
    for step in 1...max(1, steps) {
      var record = RunRecord(.step, step: step)
      record.loss = last + 10 / Float(step)
      record.learningRate = 1e-3
      record.gradientNorm = 2
      record.milliseconds = milliseconds
      record.tokensPerSecond = 1000
      history.append(record)
    }
    history.append(RunHistoryTests.validation(steps / 2, last + 1))
    history.append(RunHistoryTests.validation(steps, last))
    return ComparisonReport.Run(name, history)
  }

  private func tree(_ runs: [ComparisonReport.Run]) throws -> XMLTree {
    try XMLTree.parse(ComparisonReport(runs, origin: "made").html)
  }

  private func rows(_ tree: XMLTree, under heading: String) throws -> [[String]] {
    let section = try #require(tree.all("section").first { $0.all("h2").first?.text == heading })
    return section.all("tr").map { row in row.children.map(\.text) }
  }

  @Test func resultsStandBesideOneAnother() throws {
    let tree = try tree([run("first", last: 3), run("second", last: 2.5)])
    #expect(tree.all("h1").map(\.text) == ["first, second"])
    let rows = try rows(tree, under: "Results")
    #expect(
      rows.map { $0.prefix(3) } == [
        ["Run", "Best validation loss", "at step"], ["first", "3.0000", "100"],
        ["second", "2.5000 (lowest)", "100"],
      ])
    // 100 updates of half a second, and of 500 tokens.
    #expect(
      rows[1].suffix(5) == ["100", "50k", "50 s", "1,000", "no end recorded: it is under way, or was killed"])
  }

  @Test func onlyDifferingSettingsAreListed() throws {
    let runs = [
      run("a", last: 3, settings: ["optimizer": "adamW", "<b>": "1"]),
      run("b", last: 3, settings: ["optimizer": "muon", "EMA decay": "0.99", "<b>": "1"]),
    ]
    let tree = try tree(runs)
    #expect(
      try rows(tree, under: "Differing settings") == [
        ["Setting", "a", "b"], ["EMA decay", "–", "0.99"], ["optimizer", "adamW", "muon"],
      ])
    #expect(tree.text.contains("The other 3 settings are the same in all."))
    #expect(tree.all("pre").map(\.text) == ["gpt2 train --output 'a b/a'", "gpt2 train --output 'a b/b'"])
    let same = try self.tree([run("a", last: 3), run("b", last: 3)])
    #expect(same.text.contains("All 2 settings are the same."))
  }

  /// Each chart has a line for each run, of its own colour, and of its own dashes when colours come again.
  @Test(arguments: [2, 7, ComparisonReport.greatestCount])
  func eachRunHasALineOfItsOwn(count: Int) throws {
    let tree = try tree((0..<count).map { run("run \($0)", last: Float(2 + $0)) })
    let charts = tree.all("div", class: "wide").flatMap { $0.all("svg") }
    #expect(charts.count == 8)
    for chart in charts {
      let lines = chart.children.filter { $0.name == "path" && $0.attributes["class"] == "line" }
      #expect(Set(lines.compactMap { $0.attributes["style"] }).count == count)
      let legend = try #require(chart.all("g", class: "legend").first)
      #expect(legend.all("text").map(\.text) == (0..<count).map { "run \($0)" })
    }
    let swatches = tree.all("svg", class: "swatch")
    #expect(Set(swatches.compactMap { $0.all("path").first?.attributes["style"] }).count == count)
  }

  @Test func timeIsThatSpentInUpdates() throws {
    let tree = try tree([run("fast", last: 3, milliseconds: 100), run("slow", last: 3, milliseconds: 2000)])
    let figure = try #require(
      tree.all("figure").first { $0.all("h2").first?.text == "Validation loss over time" })
    // 100 updates of 2 s each are 3.3 minutes; half of them, 1.667.
    let texts = figure.all("text").map(\.text)
    #expect(texts.contains("minutes"))
    #expect(texts.contains { $0.contains("1.667") })
  }

  @Test func namesAndSettingsAreText() throws {
    let runs = ["</td><script>alert(1)</script>", "\"'&"].map { run($0, last: 3, settings: [$0: $0]) }
    let page = ComparisonReport(runs, origin: "<i>").html
    #expect(!page.contains("<script") && !page.contains("<i>"))
    let tree = try XMLTree.parse(page)
    for word in ["src=", "href", "@import", "url(", "http:", "https:"] { #expect(!page.contains(word)) }
    #expect(try rows(tree, under: "Results")[1][0] == "</td><script>alert(1)</script>")
  }

  @Test func runsOfNothingAreWellFormed() throws {
    var empty = RunHistory(.mainLog)
    empty.append(RunRecord(.end, step: 3))
    var infinite = RunHistory(.metrics)
    infinite.append(RunHistoryTests.validation(0, .infinity))
    let tree = try tree([ComparisonReport.Run("a", empty), ComparisonReport.Run("b", infinite)])
    #expect(try rows(tree, under: "Results").count == 3)
  }

  /// A report may replace it, and it a report.
  @Test func itIsAReport() throws {
    let directory = try TemporaryDirectory()
    let page = ComparisonReport([run("a", last: 3), run("b", last: 3)], origin: "made")
    let path = directory.file("compared.html")
    try ReportFile.write(page, to: path, overwriting: false)
    try ReportFile.write(page, to: path, overwriting: false)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == page.html)
  }

  @Test func aPageReloadsItselfOnlyIfAsked() throws {
    let runs = [run("a", last: 3), run("b", last: 3)]
    let page = ComparisonReport(runs, origin: "made", reload: PageReload(seconds: 3)).html
    let tree = try XMLTree.parse(page)
    let script = try #require(tree.all("script").first)
    #expect(tree.all("script").count == 1)
    let policy = try #require(
      tree.all("meta").compactMap { $0.attributes["content"] }.first { $0.contains("default-src") })
    let nonce = try #require(script.attributes["nonce"])
    #expect(policy == "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-\(nonce)'")
    #expect(script.text.contains("}, 3000);"))
    #expect(!ComparisonReport(runs, origin: "made").html.contains("script"))
  }
}
