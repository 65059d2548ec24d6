import GPT2Charts
import GPT2Transformer

extension NanoGPTLesson {
  private static let shownCharacters = 40

  /// The pictures, numbers and texts of the lesson.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite; `AllocationError`.
  package func gallery() throws -> Gallery {
    let inside = try NanoGPTInside(of: self)
    return Gallery(
      title: "Shakespeare, character by character",
      introduction: [
        """
        A GPT-2 of \(settings.layers) layers, \(settings.heads) heads and \(settings.channels) channels learns from \
        scratch which character comes next, by the same passes, kernels and optimizer that train 124M.
        """
      ],
      facts: facts, pictures: [lossPicture] + inside.pictures(text.characters) + embeddingPictures,
      tables: [inside.table(text.characters)],
      texts: shownSamples.map { Gallery.Text("What it writes after \($0.step) steps", $0.text) },
      script: NanoGPTInside.script)
  }

  private var facts: [Gallery.Fact] {
    var facts: [Gallery.Fact] = []
    if let last = validations.last {
      facts.append(
        .init(
          "Validation loss", NumberText.fixed(Double(last.loss), 4), unit: "nats",
          explanation: "a character, after \(NumberText.grouped(last.step)) steps; nanoGPT's README has 1.88")
      )
    }
    return facts + [
      .init(
        "Parameters", NumberText.grouped(parameters),
        explanation: "\(text.characters.count) characters, \(settings.sequenceLength) positions"),
      .init(
        "Speed", NumberText.fixed(stepsPerSecond, 1), unit: "steps/s",
        explanation: "\(NumberText.grouped(Int(tokensPerSecond))) tokens/s"),
      .init(
        "Training", NumberText.fixed(seconds, 1), unit: "s",
        explanation: "\(NumberText.grouped(losses.count)) steps of \(settings.batchSize) x "
          + "\(settings.sequenceLength) characters"),
    ]
  }

  private var lossPicture: Gallery.Picture {
    .init(
      "loss", title: "Loss", caption: "Of each batch, and on text that the model does not learn from.",
      lossChart, isWide: true)
  }

  private var embeddingPictures: [Gallery.Picture] {
    [
      .init(
        "characters", title: "Characters that mean the same to it",
        caption: """
          How alike the embeddings of the most frequent characters are: 1 is the same direction, 0 a right angle. What \
          ends a clause stands together, and so do capitals.
          """, charactersChart),
      .init(
        "positions", title: "Positions",
        caption:
          "The same of the learned positions. Near ones are more alike than far ones, without anyone having said so.",
        positionsChart),
    ]
  }

  var lossChart: LineChart {
    let points = losses.map { ChartPoint(Double($0.step), Double($0.loss)) }
    let measured = validations.map { ChartPoint(Double($0.step), Double($0.loss)) }
    return LineChart(
      summary: "Training and validation loss over \(losses.count) steps",
      x: Axis("step", including: 0), y: Axis("loss, nats a character"),
      series: [
        .init(
          "training", points, smoothingSpan: max(1, (Double(points.count) / 50).rounded()), labelsLast: false),
        .init("validation", measured, color: 1, hasMarkers: true),
      ], size: ChartSize(width: 1080, height: 360))
  }

  var charactersChart: HeatMap {
    var counts = [Int](repeating: 0, count: text.characters.count)
    for token in text.training { counts[Int(token)] += 1 }
    let frequent = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
      .prefix(Self.shownCharacters).sorted()
    let names = frequent.map { Self.name(text.characters[$0]) }
    return HeatMap(
      summary: "Cosines between the embeddings of characters", values: cosines(.wte, rows: frequent),
      rowLabels: names, columnLabels: names, valueTitle: "cosine", domain: -1...1, ramp: .diverging,
      cellSize: 14)
  }

  var positionsChart: HeatMap {
    let count = settings.sequenceLength
    // Not every one: each takes a row of cells, which make up much of the page.
    let step = (count + 31) / 32
    let shown = Array(stride(from: 0, to: count, by: step))
    return HeatMap(
      summary: "Cosines between the embeddings of positions", values: cosines(.wpe, rows: shown),
      rowTitle: "position", columnTitle: "position", valueTitle: "cosine", domain: -1...1, ramp: .diverging,
      cellSize: max(4, 560 / Double(shown.count)))
  }

  /// Cosines between rows of a matrix of the model.
  private func cosines(_ tensor: ParameterTensor, rows: [Int]) -> [[Double]] {
    let values = model.parameters.copy(of: tensor)
    let width = settings.channels
    let vectors = rows.map { row in values[row * width..<(row + 1) * width].map(Double.init) }
    let units = vectors.map { vector in
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return vector.map { $0 / max(length, 1e-30) }
    }
    return units.map { a in units.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
  }

  /// A character as a label; those that cannot be seen by their numbers, but for the two that everybody knows.
  static func name(_ character: Unicode.Scalar) -> String {
    switch character {
    case "\n": return "line end"
    case " ": return "space"
    default:
      let isVisible = !character.properties.isWhitespace && character.properties.generalCategory != .control
      return isVisible ? String(character) : "U+" + String(character.value, radix: 16, uppercase: true)
    }
  }
}
