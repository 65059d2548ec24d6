import GPT2Charts

extension NGramLesson {
  /// The counts of pairs, the search, and the sample.
  package var gallery: Gallery {
    let best = results.best
    return Gallery(
      title: "Counting letters",
      introduction: [
        "How often did each letter follow the few before it? These counts alone are a language model, and the longer it "
          + "looks back, the better it knows the names it was counted on; not so all others.",
        "After EurekaLabsAI/ngram.",
      ],
      facts: [
        .init("n", "\(best.n)", explanation: "letters looked at together, the next one included"),
        .init("Smoothing", Self.text(best.smoothing), explanation: "added to every count"),
        .init(
          "Validation loss", NumberText.significant(best.validationLoss), unit: "nats",
          explanation: "per letter; the lowest of \(results.trials.count) settings"),
        .init(
          "Test perplexity", NumberText.significant(results.testPerplexity),
          explanation: "as if it chose among so many letters; guessing is \(vocabulary.count)"),
      ],
      pictures: [
        .init(
          "bigrams", title: "What follows what",
          caption:
            "How many percent of each letter, in rows, are followed by each, in columns; · is the end of a name, "
            + "and its beginning. Look at q, and at what names begin and end with.", heatMap, isWide: true),
        .init(
          "search", title: "The search",
          caption: "Validation loss by n, for each smoothing. A long n needs more names than there are.",
          search),
        .init(
          "overfitting", title: "Learnt by heart",
          caption:
            "With smoothing \(Self.text(best.smoothing)): the names that were counted get ever likelier, others "
            + "only up to a certain n.", overfitting),
      ],
      texts: [.init("Names it made up", results.sample)])
  }

  private var heatMap: HeatMap {
    let letters = (0..<vocabulary.count).map { vocabulary.text([$0]).replacing("\n", with: "·") }
    return HeatMap(
      summary: "How likely each letter is after each", values: bigrams.map { $0.map { $0 * 100 } },
      rowLabels: letters, columnLabels: letters, rowTitle: "letter", columnTitle: "next letter",
      valueTitle: "percent; 40 is also what is more", domain: 0...40, decimals: 0, cellSize: 36)
  }

  private var search: LineChart {
    var smoothings: [Double] = []
    for trial in results.trials where !smoothings.contains(trial.smoothing) {
      smoothings.append(trial.smoothing)
    }
    let series = smoothings.enumerated().map { index, smoothing in
      line("smoothing " + Self.text(smoothing), smoothing, color: index, \.validationLoss)
    }
    return chart("Validation loss of each n and smoothing", series)
  }

  private var overfitting: LineChart {
    chart(
      "Losses of each n with the best smoothing",
      [
        line("counted names", results.best.smoothing, color: 0, \.trainLoss),
        line("validation names", results.best.smoothing, color: 1, \.validationLoss),
      ])
  }

  private func line(
    _ name: String, _ smoothing: Double, color: Int, _ loss: (Trial) -> Double
  ) -> LineChart.Series {
    let trials = results.trials.filter { $0.smoothing == smoothing }.sorted { $0.n < $1.n }
    return LineChart.Series(
      name, trials.map { ChartPoint(Double($0.n), loss($0)) }, color: color, hasMarkers: true)
  }

  private func chart(_ summary: String, _ series: [LineChart.Series]) -> LineChart {
    LineChart(
      summary: summary, x: Axis("n"), y: Axis("nats per letter"), series: series,
      size: ChartSize(width: 520, height: 320))
  }

  /// "0.1", "1"
  private static func text(_ smoothing: Double) -> String {
    String(smoothing).replacing(/\.0$/, with: "")
  }
}
