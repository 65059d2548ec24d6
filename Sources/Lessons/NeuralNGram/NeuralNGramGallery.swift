import GPT2Charts

extension NeuralNGramResults {
  /// The page of the rung.
  ///
  /// - Parameter contexts: Whose probabilities are drawn, T tokens each; if none, those with the largest differences.
  package func gallery(contexts: [[Int]]) -> Gallery {
    let losses = comparison.losses
    return Gallery(
      title: "An MLP that beats counting",
      introduction: [
        "Both models say which letter of a name comes next, by the \(shape.contextLength) before it. Counting looks up "
          + "what followed them in the training names, and knows nothing of contexts that were rare there. The MLP has "
          + "numbers for each letter instead, and computes: what it learns of one context serves all that resemble it.",
        "Losses are means of −ln p of the letters that came, on validation names; a dot stands for the end of a name.",
      ],
      facts: [
        .init(
          "MLP", NumberText.fixed(losses.neural, 4), unit: "nats",
          explanation: "\(NumberText.grouped(shape.parameterCount)) parameters"),
        .init(
          "Counting", NumberText.fixed(losses.counting, 4), unit: "nats",
          explanation:
            "\(NumberText.grouped(countedNumbers)) counts, and \(comparison.counting.smoothing) added "
            + "to each"),
        .init(
          "Test", NumberText.fixed(testLoss, 4), unit: "nats",
          explanation: "the MLP's loss on names that nothing was chosen by"),
        .init(
          "Steps", NumberText.grouped(settings.steps),
          explanation: "of AdamW, on \(settings.batchSize) contexts each"),
      ],
      pictures: [nextLetters].compactMap(\.self) + embeddingPictures + [curves, byFamiliarity]
        + contextPictures(contexts),
      texts: [
        .init("Names by the MLP", sample), .init("Names by counting, with the same coins", countingSample),
      ], script: Self.script)
  }

  private var curves: Gallery.Picture {
    let points = { (loss: KeyPath<NeuralNGramEvaluation, Double>) in
      evaluations.map { ChartPoint(Double($0.step), $0[keyPath: loss]) }
    }
    let counted = comparison.losses.counting
    let ends = [evaluations.first, evaluations.last].compactMap(\.self)
    let chart = LineChart(
      summary: "Training and validation loss over the steps, with the loss of counting", x: Axis("step"),
      // The first losses are so large that nothing else could be told apart.
      y: Axis("loss, nats per letter", .logarithmic),
      series: [
        .init("validation", points(\.validationLoss), color: 0),
        .init("training", points(\.trainingLoss), color: 1),
        .init("counting, validation", ends.map { ChartPoint(Double($0.step), counted) }, color: 2),
      ], size: ChartSize(width: 860, height: 320))
    return Gallery.Picture(
      "losses", title: "Learning",
      caption:
        "Where the validation loss falls below counting's, computing has won. Counting is done in one pass. "
        + twoFigures,
      chart, isWide: true)
  }

  /// Why the curve does not end at the loss that is compared with counting's.
  private var twoFigures: String {
    guard let last = evaluations.last else { return "" }
    let windows = comparison.losses.windows
    // As `NeuralNGramTrainer.loss(of:)` takes them, of all tokens.
    let inBatches = (windows + shape.contextLength) / settings.batchSize * settings.batchSize
    return "The curve ends at \(NumberText.fixed(last.validationLoss, 4)) and not at the "
      + "\(NumberText.fixed(comparison.losses.neural, 4)) above: it was taken before the last update, and, as in the "
      + "original, of whole batches only, \(NumberText.grouped(inBatches)) letters in place of "
      + "\(NumberText.grouped(windows))."
  }

  private var byFamiliarity: Gallery.Picture {
    let groups = comparison.familiarities
    let chart = BarChart(
      summary: "Validation loss of both models by how often the context was seen in training",
      title: "how often the training names have the context", categories: groups.map(\.name),
      y: Axis("loss, nats per letter"),
      series: [
        .init("MLP", groups.map(\.losses.neural), color: 0),
        .init("counting", groups.map(\.losses.counting), color: 1),
      ], size: ChartSize(width: 860, height: 300))
    let shares = groups.map { "\($0.name): \(NumberText.grouped($0.losses.windows))" }
    return Gallery.Picture(
      "familiarity", title: "Where computing helps",
      caption: "The rarer a context, the less there is to count. Letters in each group: "
        + shares.joined(separator: ", ") + ".", chart, isWide: true)
  }

  private func contextPictures(_ asked: [[Int]]) -> [Gallery.Picture] {
    shownContexts(asked).enumerated().map { index, context in
      let text = vocabulary.shown(context.tokens)
      var series = [
        BarChart.Series("MLP", context.neural, color: 0),
        BarChart.Series("counting", context.counting, color: 1),
      ]
      if let frequencies = context.frequencies {
        series.append(BarChart.Series("what came", frequencies, color: 2))
      }
      let chart = BarChart(
        summary: "Probability of each letter after \(text)", title: "letter after \(text)",
        categories: vocabulary.letters.indices.map { vocabulary.shown([$0]) }, y: Axis("probability"),
        series: series, size: ChartSize(width: 860, height: 220))
      return Gallery.Picture(
        "context-\(index + 1)", title: "After \(text)",
        caption: caption(of: context) + (asked.isEmpty ? picked : ""), chart, isWide: true)
    }
  }

  /// What readers must know of examples that nobody asked for.
  private var picked: String { " Picked for that difference, of which some is luck." }

  private func caption(of context: ContextComparison) -> String {
    let seen = "Times in the training names: \(context.seen); in the validation names: \(context.occurrences)"
    guard context.occurrences > 0 else { return seen + "." }
    let count = Double(context.occurrences)
    return seen + "; there the MLP's loss is \(NumberText.fixed(context.neuralSum / count, 3)), counting's "
      + "\(NumberText.fixed(context.countingSum / count, 3))."
  }
}
