import GPT2Charts

/// A training run as a page of HTML that needs nothing else: no network, no other file.
package struct RunReport: ReportPage {
  package let history: RunHistory
  package let files: RunFiles
  package let overview: RunOverview
  /// When and how the page was made, for its last line.
  package let origin: String
  private let reload: PageReload?

  /// - Parameters:
  ///   - name: What to call the run.
  ///   - reload: How often a browser reads the page again, if it is written again.
  package init(
    _ history: RunHistory, files: RunFiles, name: String, origin: String, reload: PageReload? = nil
  ) {
    self.reload = reload
    self.history = history
    self.files = files
    self.origin = origin
    overview = RunOverview(history, name: name)
  }

  /// The page, in UTF-8.
  package var html: String {
    let figures = Element("section", ["class": "figures"], self.figures)
    let content =
      [header, headline] + notes + remarks + [figures] + samplesSection + checkpointsSection + settingsSection
      + [Element("footer", [:], [Element("p", text: origin)])]
    return Page(
      title: "\(overview.name): training report", generator: Self.generator, content: content,
      script: reload?.script
    ).html
  }

  private var header: Element {
    var facts: [String] = []
    let settings = history.parts.last?.settings ?? [:]
    if let model = settings["model"] { facts.append("model \(model)") }
    if let text = settings["parameters"] {
      facts.append((Int(text).map { NumberText.abbreviated(Double($0)) } ?? text) + " parameters")
    }
    if let time = history.parts.first?.time { facts.append("begun \(Self.readable(time))") }
    facts.append(state)
    return Element(
      "header", [:],
      [
        Element("p", ["class": "eyebrow"], text: "Training run"), Element("h1", text: overview.name),
        Element("p", ["class": "facts"], text: facts.joined(separator: " · ")),
      ])
  }

  /// "2026-11-21 11:58 UTC" for "2026-11-21T11:58:07Z"; anything else as it is.
  static func readable(_ time: String) -> String {
    guard time.utf8.count == 20, time.hasSuffix("Z"), time.dropFirst(10).first == "T" else { return time }
    return time.prefix(10) + " " + time.dropFirst(11).prefix(5) + " UTC"
  }

  private var state: String { overview.state }

  /// The most important numbers, each with what it needs to be understood.
  private var headline: Element {
    var cards: [Element] = []
    func card(_ name: String, _ value: String, _ unit: String, _ more: String) {
      cards.append(Page.card(name, value, unit: unit, more))
    }
    if let best = overview.bestValidation, let last = overview.lastValidation {
      card(
        "Best validation loss", NumberText.fixed(best.loss, 4), "nats",
        "at step \(NumberText.grouped(best.step)); perplexity \(NumberText.significant(best.perplexity))"
          + (last.step == best.step ? ", the last" : "; last \(NumberText.fixed(last.loss, 4))"))
    }
    if let loss = overview.smoothedTrainingLoss, let last = overview.trainingLoss {
      card(
        "Training loss", NumberText.fixed(loss, 4), "nats",
        overview.smoothingSpan > 1
          ? "moving average, span \(overview.smoothingSpan); the last step's \(NumberText.fixed(last, 4))"
          : "of the last step")
    }
    if let best = overview.bestAccuracy {
      card(
        "HellaSwag", NumberText.fixed(best.accuracy * 100, 1), "%",
        "best accuracy, at step \(NumberText.grouped(best.step)); chance is 25\u{A0}%")
    }
    card(
      "Steps", NumberText.grouped(overview.step), "",
      overview.tokens.map { "\(NumberText.abbreviated(Double($0))) tokens learnt from" }
        ?? "tokens not recorded")
    if let seconds = overview.seconds {
      card("Time", Duration.text(seconds), "", "spent in updates")
    }
    if let speed = overview.medianTokensPerSecond {
      card(
        "Speed", NumberText.brief(speed.rounded()), "tokens/s",
        overview.medianGigaflops.map { "median; \(NumberText.significant($0, 3)) GFLOP/s" } ?? "median")
    }
    return Element("section", ["class": "headline"], cards)
  }
}

extension Duration {
  /// "42 s", "5 min 3 s", "2 h 15 min", "3 d 4 h".
  static func text(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "unknown" }
    guard seconds >= 9.95 else { return "\(NumberText.fixed(seconds, 1)) s" }
    let whole = Int(seconds.rounded())
    let units = [("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)]
    guard let first = units.firstIndex(where: { whole >= $0.1 }) else { return "0 s" }
    let (name, size) = units[first]
    guard first + 1 < units.count else { return "\(whole) s" }
    let (smallName, smallSize) = units[first + 1]
    let rest = whole % size / smallSize
    return "\(whole / size) \(name)" + (rest > 0 ? " \(rest) \(smallName)" : "")
  }
}
