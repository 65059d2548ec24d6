import GPT2Charts

extension MNISTLesson {
  private static let shownMistakes = 80
  private static let shownUnits = 16

  /// The pictures and numbers of the lesson.
  package var gallery: Gallery {
    Gallery(
      title: "Reading digits",
      introduction: [
        """
        A multilayer perceptron with one hidden layer of \(settings.hidden) units learns to read handwritten digits, on \
        the same kernels that GPT-2's own perceptrons run on. Then it is asked what each unit is for.
        """
      ],
      facts: facts, pictures: pictures,
      texts: [
        Gallery.Text(
          "What single units hold",
          ablation.effects.prefix(8).map { Self.words($0, ablation) }.joined(separator: "\n"))
      ], script: Self.script)
  }

  private var facts: [Gallery.Fact] {
    [
      .init(
        "Test accuracy", NumberText.fixed(readings.accuracy * 100, 2), unit: "%",
        explanation: "\(readings.mistakes.count) of \(test.count) digits read wrongly"),
      .init(
        "Test loss", NumberText.fixed(readings.loss, 4), unit: "nats",
        explanation: "a guess by chance costs 2.3026"),
      .init(
        "Parameters", NumberText.grouped(network.shape.parameters),
        explanation: "\(network.shape.inputs) pixels, \(settings.hidden) hidden units, 10 digits"),
      .init(
        "Training", NumberText.fixed(seconds, 1), unit: "s",
        explanation: "\(settings.epochs) epochs, \(NumberText.grouped(Int(imagesPerSecond))) images/s"),
    ]
  }

  private var pictures: [Gallery.Picture] {
    [
      .init(
        "samples", title: "Read a digit",
        caption: "The first test image of each digit, and what it is read as.", samplesChart, isWide: true,
        values: scriptValues),
      .init(
        "loss", title: "Loss", caption: "Of each batch, before its update; thick, the moving average.",
        lossChart),
      .init(
        "accuracy", title: "Digits read wrongly",
        caption: "After each epoch, on test images that the network does not learn from.", errorChart),
      .init(
        "confusion", title: "What was read as what",
        caption: """
          Rows are the digits that are there, columns what was read. Colours tell mistakes apart; the diagonal, read \
          rightly, is beyond their end.
          """, confusionChart),
      .init(
        "mistakes", title: "Read wrongly",
        caption:
          "Those first that the network was surest of: the digit that it is → the digit that it was taken for.",
        mistakesChart),
      .init(
        "units", title: "What is lost without a unit",
        caption: """
          How many percent fewer of each digit's images are read rightly with one hidden unit switched off, for the \
          units that matter most. Blue is a unit that does harm there.
          """, unitsChart),
      .init(
        "weights", title: "What those units look for",
        caption: """
          The weights from each pixel to the unit: ink on vermilion raises it, ink on blue lowers it. Below each the \
          digit that needs it most.
          """, weightsChart),
    ]
  }

  private static let chartSize = ChartSize(width: 540, height: 320)

  var lossChart: LineChart {
    let points = losses.enumerated().map { ChartPoint(Double($0 + 1), Double($1)) }
    return LineChart(
      summary: "The training loss over \(losses.count) steps",
      x: Axis("step", including: 0), y: Axis("loss, nats", .logarithmic),
      series: [.init("loss", points, smoothingSpan: max(1, (Double(losses.count) / 50).rounded()))],
      size: Self.chartSize)
  }

  var errorChart: LineChart {
    let points = epochs.map { ChartPoint(Double($0.epoch), (1 - $0.testAccuracy) * 100) }
    return LineChart(
      summary: "The share of test images read wrongly after each epoch",
      x: Axis("epoch", including: 0), y: Axis("read wrongly, %", .logarithmic),
      series: [.init("test images", points, color: 1, hasMarkers: true)], size: Self.chartSize)
  }

  var confusionChart: HeatMap {
    let counts = readings.confusion
    let most = confusions(1).first?.count ?? 1
    let digits = (0..<DigitImages.classes).map(String.init)
    return HeatMap(
      summary: "How many images of each digit were read as each digit",
      values: counts.map { $0.map(Double.init) }, rowLabels: digits, columnLabels: digits,
      rowTitle: "digit", columnTitle: "read as", valueTitle: "images", domain: 0...Double(most), decimals: 0,
      cellSize: 38)
  }

  var mistakesChart: ImageGrid {
    let images = readings.mistakes.prefix(Self.shownMistakes).map { index in
      ImageGrid.Image(
        imageRows(test[index].map(Double.init)),
        caption: "\(readings.labels[index]) → \(readings.guesses[index])",
        detail: "image \(index): a \(readings.labels[index]), read as a \(readings.guesses[index]) with "
          + "probability \(NumberText.fixed(Double(readings.confidences[index]), 3))")
    }
    return ImageGrid(
      summary: "Test images that were read wrongly", images: Array(images), columns: 10, domain: 0...255,
      ramp: ColorRamp([0xFF_FFFF, 0x00_0000]), pixelSize: 1.6)
  }

  var unitsChart: HeatMap {
    let effects = ablation.effects.prefix(Self.shownUnits)
    let values = effects.map { $0.drops.map { $0 * 100 } }
    let most = max(values.joined().map(abs).max() ?? 0, 0.1)
    return HeatMap(
      summary: "How many percent fewer images of each digit are read rightly without each unit",
      values: values, rowLabels: effects.map { "\($0.unit)" },
      columnLabels: (0..<DigitImages.classes).map(String.init), rowTitle: "unit", columnTitle: "digit",
      valueTitle: "percentage points", domain: -most...most, ramp: .diverging, decimals: 1, cellSize: 38)
  }

  var weightsChart: ImageGrid {
    let images = ablation.effects.prefix(Self.shownUnits).map { effect in
      ImageGrid.Image(
        imageRows(network.parameters.inputWeights(of: effect.unit).map(Double.init)),
        caption: "\(effect.unit): \(effect.neediest)", detail: Self.words(effect, ablation))
    }
    // The largest weights are few; beyond the ramp's ends they keep its last colour.
    let sizes = images.flatMap { $0.values.joined() }.map(abs).sorted()
    let limit = sizes.isEmpty ? 1 : max(sizes[sizes.count * 99 / 100], 1e-6)
    return ImageGrid(
      summary: "The weights of hidden units, as images", images: Array(images), columns: 4,
      domain: -limit...limit, ramp: .diverging, pixelSize: 4)
  }

  /// Pixels row by row.
  func imageRows(_ pixels: [Double]) -> [[Double]] {
    stride(from: 0, to: pixels.count, by: test.columns).map { Array(pixels[$0..<$0 + test.columns]) }
  }
}
