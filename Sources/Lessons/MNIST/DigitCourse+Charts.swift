import GPT2Charts

// What the pages of all networks that read digits show alike.

enum DigitChart {
  static let size = ChartSize(width: 540, height: 320)
  /// Mistakes that are shown.
  static let mistakes = 80
  /// Paper to ink.
  static let ink = ColorRamp([0xFF_FFFF, 0x00_0000])
}

extension DigitImages {
  /// As many values as an image has pixels, row by row.
  func rows(of values: [Double]) -> [[Double]] {
    stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
  }

  /// An image's pixels, row by row.
  func shown(_ index: Int) -> [[Double]] { rows(of: self[index].map(Double.init)) }

  /// The first of each digit that is there.
  var samples: [Int] {
    (0..<UInt8(Self.classes)).compactMap { digit in labels.firstIndex(of: digit) }
  }
}

extension DigitCourse {
  /// - Parameters:
  ///   - parameters: How many the network has.
  ///   - layers: What it is made of, in a few words.
  func facts(parameters: Int, of layers: String) -> [Gallery.Fact] {
    [
      .init(
        "Test accuracy", NumberText.fixed(readings.accuracy * 100, 2), unit: "%",
        explanation: "\(readings.mistakes.count) of \(test.count) digits read wrongly"),
      .init(
        "Test loss", NumberText.fixed(readings.loss, 4), unit: "nats",
        explanation: "a guess by chance costs 2.3026"),
      .init("Parameters", NumberText.grouped(parameters), explanation: layers),
      .init(
        "Training", NumberText.fixed(seconds, 1), unit: "s",
        explanation: "\(settings.epochs) epochs, \(NumberText.grouped(Int(imagesPerSecond))) images/s"),
    ]
  }

  func samplesPicture(values: String) -> Gallery.Picture {
    .init(
      "samples", title: "Read a digit",
      caption: "The first test image of each digit, and what it is read as.", samplesChart, isWide: true,
      values: values)
  }

  var lossPicture: Gallery.Picture {
    .init(
      "loss", title: "Loss", caption: "Of each batch, before its update; thick, the moving average.",
      lossChart)
  }

  var errorPicture: Gallery.Picture {
    .init(
      "accuracy", title: "Digits read wrongly",
      caption: "After each epoch, on test images that the network does not learn from.", errorChart)
  }

  var confusionPicture: Gallery.Picture {
    .init(
      "confusion", title: "What was read as what",
      caption: """
        Rows are the digits that are there, columns what was read. Colours tell mistakes apart; the diagonal, read \
        rightly, is beyond their end.
        """, confusionChart)
  }

  var mistakesPicture: Gallery.Picture {
    .init(
      "mistakes", title: "Read wrongly",
      caption:
        "Those first that the network was surest of: the digit that it is → the digit that it was taken for.",
      mistakesChart)
  }
}

extension DigitCourse {
  private var lossChart: LineChart {
    let points = losses.enumerated().map { ChartPoint(Double($0 + 1), Double($1)) }
    return LineChart(
      summary: "The training loss over \(losses.count) steps",
      x: Axis("step", including: 0), y: Axis("loss, nats", .logarithmic),
      series: [.init("loss", points, smoothingSpan: max(1, (Double(losses.count) / 50).rounded()))],
      size: DigitChart.size)
  }

  private var errorChart: LineChart {
    let points = epochs.map { ChartPoint(Double($0.epoch), (1 - $0.testAccuracy) * 100) }
    return LineChart(
      summary: "The share of test images read wrongly after each epoch",
      x: Axis("epoch", including: 0), y: Axis("read wrongly, %", .logarithmic),
      series: [.init("test images", points, color: 1, hasMarkers: true)], size: DigitChart.size)
  }

  private var confusionChart: HeatMap {
    let counts = readings.confusion
    let most = readings.confusions(1).first?.count ?? 1
    let digits = (0..<DigitImages.classes).map(String.init)
    return HeatMap(
      summary: "How many images of each digit were read as each digit",
      values: counts.map { $0.map(Double.init) }, rowLabels: digits, columnLabels: digits,
      rowTitle: "digit", columnTitle: "read as", valueTitle: "images", domain: 0...Double(most), decimals: 0,
      cellSize: 38)
  }

  private var mistakesChart: ImageGrid {
    let images = readings.mistakes.prefix(DigitChart.mistakes).map { index in
      ImageGrid.Image(
        test.shown(index),
        caption: "\(readings.labels[index]) → \(readings.guesses[index])",
        detail: "image \(index): a \(readings.labels[index]), read as a \(readings.guesses[index]) with "
          + "probability \(NumberText.fixed(Double(readings.confidences[index]), 3))")
    }
    return ImageGrid(
      summary: "Test images that were read wrongly", images: Array(images), columns: 10, domain: 0...255,
      ramp: DigitChart.ink, pixelSize: 1.6)
  }

  private var samplesChart: ImageGrid {
    let images = test.samples.map { index in
      ImageGrid.Image(
        test.shown(index), caption: "read as \(readings.guesses[index])",
        detail: "test image \(index): a \(readings.labels[index]), read as a \(readings.guesses[index]) with "
          + "probability \(NumberText.fixed(Double(readings.confidences[index]), 4))")
    }
    return ImageGrid(
      summary: "The first test image of each digit", images: images, columns: 10, domain: 0...255,
      ramp: DigitChart.ink, pixelSize: 2.5)
  }
}
