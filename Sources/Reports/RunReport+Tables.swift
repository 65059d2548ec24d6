import GPT2Charts

extension RunReport {
  /// What a reader should not miss, each in a sentence or two.
  var notes: [Element] {
    var texts: [String] = []
    if let overfitting = overview.overfitting {
      texts.append(
        "The best validation loss was at step \(NumberText.grouped(overfitting.bestStep)); later steps overfit: "
          + "validation has risen by \(NumberText.significant(overfitting.rise, 3)) since, "
          + "while training fell by \(NumberText.significant(overfitting.fall, 3)).")
    }
    if history.skippedCount > 0 {
      let shown = history.skipped.prefix(3).map { skipped in
        "step \(NumberText.grouped(skipped.step))" + (skipped.reason.map { " (\($0))" } ?? "")
      }
      let rest = history.skippedCount - shown.count
      texts.append(
        "Updates left out: \(history.skippedCount), at " + shown.joined(separator: ", ")
          + (rest > 0 ? " and \(rest) more" : "") + ".")
    }
    let totals = history.totals
    if let firstGap = totals.firstGap {
      texts.append(
        "The training loss was no finite number at \(NumberText.grouped(totals.gaps)) of "
          + "\(NumberText.grouped(totals.count)) steps, first at step "
          + "\(NumberText.grouped(firstGap)).")
    }
    for line in history.cutLines {
      texts.append("Line \(line) of \(history.source.rawValue) is cut short and was left out.")
    }
    return Self.section("notes", texts)
  }

  /// What is as it should be, and good to know: that a run was resumed is no warning.
  var remarks: [Element] {
    guard !history.resumes.isEmpty else { return [] }
    let shown = history.resumes.prefix(8)
    let rest = history.resumes.count - shown.count
    let steps = shown.map { NumberText.grouped($0) }.joined(separator: ", ")
    let lost = history.lostUpdates
    return Self.section(
      "remarks",
      [
        "Resumed after step \(steps)" + (rest > 0 ? " and \(rest) more times" : "")
          + (lost > 0 ? "; \(NumberText.grouped(lost)) updates made after it were lost." : ".")
      ])
  }

  private static func section(_ kind: String, _ texts: [String]) -> [Element] {
    texts.isEmpty ? [] : [Element("section", ["class": kind], texts.map { Element("p", text: $0) })]
  }

  var samplesSection: [Element] {
    guard !history.samples.isEmpty else { return [] }
    let blocks = history.samples.reversed().enumerated().map { index, sample in
      // HTML takes a line end at the beginning for none of the text's.
      let text = sample.text.hasPrefix("\n") ? "\n" + sample.text : sample.text
      let block = Element(
        "details", [:],
        [
          Element("summary", text: "After step \(NumberText.grouped(sample.step))"),
          Element("pre", ["dir": "ltr"], text: text),
        ])
      return index == 0 ? block.with("open", "open") : block
    }
    return [Element("section", ["class": "samples"], [Element("h2", text: "Samples")] + blocks)]
  }

  var checkpointsSection: [Element] {
    guard !files.checkpoints.isEmpty || files.best != nil else { return [] }
    var rows = files.checkpoints.reversed().map { checkpoint in
      [
        NumberText.grouped(checkpoint.step), Self.size(checkpoint.resultBytes),
        Self.size(checkpoint.stateBytes), Self.state(of: checkpoint),
        history.checkpointReasons[checkpoint.name] ?? "",
      ]
    }
    if let best = files.best {
      rows.insert(
        [
          NumberText.grouped(best.step), Self.size(best.bytes), "–", "weights only", "lowest validation loss",
        ],
        at: 0)
    }
    return [
      Element(
        "section", [:],
        [
          Element("h2", text: "Checkpoints"),
          Self.table(
            ["Step", "Weights", "Optimizer state", "State", "Why"], rows, numbers: [0, 1, 2]
          )
          .with("class", "scroll checkpoints"),
        ])
    ]
  }

  /// A resume needs weights, state and the mark that both are whole; weights alone can be used.
  private static func state(of checkpoint: RunFiles.Checkpoint) -> String {
    switch (checkpoint.isDone, checkpoint.resultBytes, checkpoint.stateBytes) {
    case (true, _?, _?): "complete"
    case (true, _?, nil): "complete, without state"
    case (true, nil, _): "deleted: only DONE is left"
    case (false, _?, nil): "weights only"
    case (false, _, _): "not marked DONE: perhaps cut short"
    }
  }

  var settingsSection: [Element] {
    var parts: [Element] = []
    for (index, part) in history.parts.enumerated() where !part.command.isEmpty {
      let times = part.time.map { ", \(Self.readable($0))" } ?? ""
      let name = index == 0 ? "Begun\(times)" : "Gone on after step \(NumberText.grouped(part.step))\(times)"
      parts.append(Element("p", ["class": "part"], text: name))
      parts.append(Self.commandLine(part.command))
    }
    if let settings = history.parts.last?.settings, !settings.isEmpty {
      let rows = settings.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
      parts.append(Self.table(["Setting", "Value"], rows))
    }
    guard !parts.isEmpty else { return [] }
    return [Element("section", [:], [Element("h2", text: "Command and settings")] + parts)]
  }

  /// Words are elements, since a browser would break "--steps" after its hyphens.
  static func commandLine(_ words: [String]) -> Element {
    var nodes: [Element.Node] = []
    for word in words {
      if !nodes.isEmpty { nodes.append(.text(" ")) }
      nodes.append(.element(Element("span", ["class": "word"], text: ShellQuoting.quoted(word))))
    }
    return Element("pre", [:], mixed: nodes)
  }

  /// - Parameter numbers: Which columns are aligned to the right.
  static func table(_ names: [String], _ rows: [[String]], numbers: Set<Int> = []) -> Element {
    func row(_ kind: String, _ cells: [String]) -> Element {
      Element(
        "tr", [:],
        cells.enumerated().map { index, text in
          let cell = Element(kind, text: text)
          return numbers.contains(index) ? cell.with("class", "number") : cell
        })
    }
    return Element(
      "div", ["class": "scroll"],
      [
        Element(
          "table", [:],
          [
            Element("thead", [:], [row("th", names)]), Element("tbody", [:], rows.map { row("td", $0) }),
          ])
      ])
  }

  private static func size(_ bytes: Int?) -> String {
    guard let bytes else { return "–" }
    for (size, unit) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] where bytes >= size {
      return NumberText.significant(Double(bytes) / Double(size), 3) + " " + unit
    }
    return "\(bytes) bytes"
  }
}
