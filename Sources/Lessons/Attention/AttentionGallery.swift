import GPT2Charts
import GPT2Platform

extension AttentionLesson {
  /// The page of the rung.
  package var gallery: Gallery {
    Gallery(
      title: "One head looks back",
      introduction: [
        "Each text says which digit belongs to which letter, and then asks for them in another order. The digits are "
          + "drawn anew for each, so nothing about them can be learnt but where to look.",
        "One head of attention learns it: each position asks a question, is compared with a label of every position "
          + "up to it, and takes most from those that fit. Losses are means of −ln p of the answers.",
      ],
      facts: facts, pictures: pictures, tables: [steps], script: Self.script)
  }

  private var facts: [Gallery.Fact] {
    [
      .init(
        "Answers right", NumberText.fixed(results.score.accuracy * 100, 2), unit: "%",
        explanation:
          "of \(NumberText.grouped(settings.texts * settings.task.pairs)), in texts that it never saw"),
      .init(
        "Counting characters", NumberText.fixed(results.bag.accuracy * 100, 2), unit: "%",
        explanation: "the best that a bag of characters can do, exactly"),
      .init(
        "Loss", NumberText.significant(results.score.loss, 3), unit: "nats",
        explanation: "an answer; the bag's best is \(NumberText.fixed(results.bag.loss, 4)), a guess costs "
          + NumberText.fixed(log(Double(settings.task.digits)), 4)),
      .init(
        "Parameters", NumberText.grouped(results.parameters),
        explanation: "six matrices, \(NumberText.grouped(settings.steps)) steps of Adam"),
    ]
  }

  private var characters: [String] { results.shown.text.map { String($0) } }

  private var pictures: [Gallery.Picture] {
    let text = results.shown.text
    return [
      .init(
        "recall", title: "Where it looks, after training",
        caption:
          "Each row is a character that looks back over \(text), and adds up to 1. A letter that comes for the second "
          + "time looks at the digit that followed it the first time.",
        heatMap(results.shown.weights, "after training"), values: scriptValues),
      .init(
        "before", title: "Where it looked before", caption: "With the weights that it began with.",
        heatMap(results.shown.weightsBefore, "before training")),
      .init(
        "learning", title: "Learning",
        caption:
          "Counting cannot get below its line. The head passes it without stopping: it has learnt to look.",
        learning),
      .init(
        "next", title: "What comes next",
        caption: "After \(text), by the head before and after its training.", next),
      .init(
        "mask", title: "Why the mask",
        caption:
          "The digit after a letter that comes for the first time cannot be known. Take the mask away from the trained "
          + "head and it is right there too: it reads the answer that it is to give, and where a text is "
          + "continued there is none to read.", mask),
    ]
  }

  private static let size = ChartSize(width: 520, height: 320)

  private func heatMap(_ weights: [[Double]], _ when: String) -> HeatMap {
    HeatMap(
      summary: "How much each character takes from those before it, \(when)",
      values: weights, rowLabels: characters, columnLabels: characters, rowTitle: "looks",
      columnTitle: "is looked at",
      valueTitle: "weight", domain: 0...1, decimals: characters.count > 16 ? nil : 2,
      cellSize: characters.count > 16 ? 20 : 34)
  }

  private var learning: LineChart {
    let points = results.losses.enumerated().map { ChartPoint(Double($0), $1) }
    let ends = [0, Double(settings.steps)]
    return LineChart(
      summary: "The loss over the steps, with that of counting", x: Axis("step"),
      y: Axis("loss, nats an answer", including: 0),
      series: [
        .init("texts it learns from", points, color: 0, labelsLast: false),
        .init("other texts", results.moments.map { ChartPoint(Double($0.step), $0.score.loss) }, color: 1),
        .init("the best bag of characters", ends.map { ChartPoint($0, results.bag.loss) }, color: 2),
      ], size: Self.size)
  }

  private var next: BarChart {
    BarChart(
      summary: "Probability of each character after \(results.shown.text)", title: "next character",
      categories: settings.task.characters.map { String($0) }, y: Axis("probability"),
      series: [
        .init("before", results.shown.probabilitiesBefore, color: 1),
        .init("after", results.shown.probabilities, color: 0),
      ], size: Self.size)
  }

  private var mask: BarChart {
    let guess = 1 / Double(settings.task.digits)
    return BarChart(
      summary: "How often the digit after a new letter is right, with and without the mask",
      title: "digits after a letter that is new", categories: ["a guess", "with the mask", "without it"],
      y: Axis("right, as a share"),
      series: [.init("right", [guess] + results.statements.map(\.accuracy), color: 0)], size: Self.size)
  }

  /// The last character's row in numbers.
  private var steps: Gallery.Table {
    let tokens = settings.task.tokens(of: results.shown.text) ?? []
    let head = RecallHead(end, reading: tokens)
    let last = tokens.count - 1
    let row = head.logits.row(last)
    let winner = row.indices.max { row[$0] < row[$1] }.map { $0 - row.startIndex } ?? 0
    let says = head.values.times(end[.output])
    let scale = Double(settings.headSize).squareRoot()
    let rows = tokens.indices.map { other in
      [
        "\(other)", characters[other], other > 0 ? characters[other - 1] : "–",
        NumberText.fixed(head.scores[last, other] * scale, 3), NumberText.fixed(head.scores[last, other], 3),
        NumberText.fixed(head.weights[last, other], 4), NumberText.fixed(says[other, winner], 2),
        NumberText.fixed(head.weights[last, other] * says[other, winner], 3),
      ]
    }
    let name = String(settings.task.characters[winner])
    return Gallery.Table(
      "The last character's look back, step by step",
      columns: [
        "position", "token", "before it", "q·k", "q·k / √h", "weight", "its say for \(name)", "weight × say",
      ],
      rows: rows + [["sum", "", "", "", "", "1", "", NumberText.fixed(head.logits[last, winner], 3)]])
  }

  /// What the rung prints.
  package var lines: [String] {
    func share(_ value: Double) -> String { NumberText.fixed(value * 100, 2) + " %" }
    let (score, bag) = (results.score, results.bag)
    let shown = zip(settings.task.characters, results.shown.probabilities).max { $0.1 < $1.1 }
    return [
      "\(settings.steps) steps: \(share(score.accuracy)) of \(settings.texts * settings.task.pairs) answers right, "
        + "loss \(NumberText.significant(score.loss, 3)) nats",
      "the best bag of characters: \(share(bag.accuracy)), loss \(NumberText.fixed(bag.loss, 4)) nats",
      "a guess: \(share(1 / Double(settings.task.digits))), loss \(NumberText.fixed(log(Double(settings.task.digits)), 4)) nats",
      "texts of \(settings.task.letters) pairs: \(share(results.longer.accuracy)) right, loss "
        + "\(NumberText.significant(results.longer.loss, 3)) nats; by weights that are written down "
        + share(results.writtenDown.accuracy),
      "digits after a new letter: \(share(results.statements[0].accuracy)) right; without the mask "
        + share(results.statements[1].accuracy),
      "after \(results.shown.text): \(shown.map { "\($0.0), p = " + NumberText.fixed($0.1, 4) } ?? "")",
    ]
  }
}
