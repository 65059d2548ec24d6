import GPT2Charts

/// Several training runs on one page: their curves over one another, their results, and where their settings differ.
/// The page needs no network and no other file.
package struct ComparisonReport: ReportPage {
  /// One of the runs.
  package struct Run: Sendable {
    package let name: String
    package let history: RunHistory
    package let overview: RunOverview

    /// - Parameter name: What to call it, unlike the others.
    package init(_ name: String, _ history: RunHistory) {
      self.name = name
      self.history = history
      overview = RunOverview(history, name: name)
    }

    /// Those of its last part.
    var settings: [String: String] { history.parts.last?.settings ?? [:] }
  }

  /// More have no colours and dashes of their own.
  package static let greatestCount = Palette.seriesCount

  package let runs: [Run]
  private let origin: String
  private let reload: PageReload?

  /// - Parameters:
  ///   - runs: Two at least, and `greatestCount` at most.
  ///   - origin: When and how the page was made, for its last line.
  ///   - reload: How often a browser reads the page again, if it is written again.
  package init(_ runs: [Run], origin: String, reload: PageReload? = nil) {
    precondition(2...Self.greatestCount ~= runs.count, "\(runs.count) runs on a page")
    self.runs = runs
    self.origin = origin
    self.reload = reload
  }

  package var html: String {
    let header = Element(
      "header", [:],
      [
        Element("p", ["class": "eyebrow"], text: "Training runs"),
        Element("h1", text: runs.count > 3 ? "\(runs.count) runs" : runs.map(\.name).joined(separator: ", ")),
        Element("p", ["class": "facts"], text: "Beside one another, in the colours of this table."),
      ])
    let figures = Element("section", ["class": "figures"], figures)
    let content =
      [header, results, figures] + settingsSection + [
        commandsSection, Element("footer", [:], [Element("p", text: origin)]),
      ]
    return Page(
      title: "\(runs.count) training runs", generator: Self.generator, content: content,
      script: reload?.script
    ).html
  }

  // MARK: - Tables

  /// A run's name with the line that it has in the charts.
  private func named(_ index: Int) -> [Element.Node] {
    let line = Element(
      "path",
      ["d": "M1 6H25", "class": "line", "style": "stroke:\(Palette.series(index))" + Self.dashes(index)])
    let swatch = Element(
      "svg",
      [
        "class": "chart swatch", "viewBox": "0 0 26 12", "style": "width:26px;height:12px",
        "aria-hidden": "true",
      ], [line])
    return [.element(swatch), .text(runs[index].name)]
  }

  private static func dashes(_ index: Int) -> String {
    Palette.dashes(index).map { ";stroke-dasharray:\($0)" } ?? ""
  }

  private var results: Element {
    let names = [
      "Run", "Best validation loss", "at step", "Training loss", "Steps", "Tokens", "Time", "Tokens/s",
      "State",
    ]
    let lowest = runs.compactMap(\.overview.bestValidation?.loss).min()
    let rows = runs.indices.map { index in
      let overview = runs[index].overview
      let best = overview.bestValidation
      let cells: [String] = [
        best.map { NumberText.fixed($0.loss, 4) + ($0.loss == lowest ? " (lowest)" : "") } ?? "–",
        best.map { NumberText.grouped($0.step) } ?? "–",
        overview.smoothedTrainingLoss.map { NumberText.fixed($0, 4) } ?? "–",
        NumberText.grouped(overview.step),
        overview.tokens.map { NumberText.abbreviated(Double($0)) } ?? "–",
        overview.seconds.map { Duration.text($0) } ?? "–",
        overview.medianTokensPerSecond.map { NumberText.brief($0.rounded()) } ?? "–",
      ]
      return [Element("td", [:], mixed: named(index))]
        + cells.map { Element("td", ["class": "number"], text: $0) } + [Element("td", text: overview.state)]
    }
    let head = names.enumerated().map { index, name in
      Element("th", ["class": 1...7 ~= index ? "number" : ""], text: name)
    }
    return Element(
      "section", [:], [Element("h2", text: "Results"), Self.table(head, rows).with("class", "scroll runs")])
  }

  /// Only what is not the same in all.
  private var settingsSection: [Element] {
    let names = Set(runs.flatMap { $0.settings.keys }).sorted()
    guard !names.isEmpty else { return [] }
    let differing = names.filter { name in Set(runs.map { $0.settings[name] }).count > 1 }
    let same = names.count - differing.count
    let words =
      differing.isEmpty
      ? "All \(same) settings are the same."
      : same == 0 ? "" : "The other \(same) settings are the same in all."
    let head = [Element("th", text: "Setting")] + runs.indices.map { Element("th", [:], mixed: named($0)) }
    let rows = differing.map { name in
      [Element("td", text: name)] + runs.map { Element("td", text: $0.settings[name] ?? "–") }
    }
    return [
      Element(
        "section", [:],
        [Element("h2", text: "Differing settings")]
          + (words.isEmpty ? [] : [Element("p", ["class": "part"], text: words)])
          + (rows.isEmpty ? [] : [Self.table(head, rows)]))
    ]
  }

  private var commandsSection: Element {
    let commands = runs.flatMap { run in
      run.history.parts.first.flatMap { part in
        part.command.isEmpty
          ? nil : [Element("p", ["class": "part"], text: run.name), RunReport.commandLine(part.command)]
      } ?? []
    }
    return Element(
      "section", [:], commands.isEmpty ? [] : [Element("h2", text: "Commands")] + commands)
  }

  private static func table(_ head: [Element], _ rows: [[Element]]) -> Element {
    Element(
      "div", ["class": "scroll"],
      [
        Element(
          "table", [:],
          [
            Element("thead", [:], [Element("tr", [:], head)]),
            Element("tbody", [:], rows.map { Element("tr", [:], $0) }),
          ])
      ])
  }
}
