import GPT2Charts
import GPT2Platform

extension ScalingLesson {
  /// The page of the rung.
  package var gallery: Gallery {
    Gallery(
      title: "From small to large",
      introduction: [
        "Models of two to six layers, each trained from nothing on more and more of one text. Their losses lie on a law "
          + "of five numbers, and a law can be asked about what nobody has trained.",
        "After Hoffmann and others, \u{201C}Training Compute-Optimal Large Language Models\u{201D}, 2022. How far to "
          + "believe it: predict what is known, and compare.",
      ],
      facts: facts, pictures: pictures, tables: [table], script: Self.script)
  }

  private var law: ScalingLaw { results.fits[0].law }
  private var heldOut: [ScalingRun] { runs.filter { settings.heldOut.contains($0.size) } }

  private var facts: [Gallery.Fact] {
    let fit = results.fits[0]
    var facts: [Gallery.Fact] = [
      .init(
        "Law", "E + A/Nᵅ + B/Dᵝ",
        explanation: "E \(NumberText.fixed(exp(law.logE), 2)), α \(NumberText.fixed(law.alpha, 3)), β "
          + NumberText.fixed(law.beta, 3)),
      .init(
        "Error where it was fitted", NumberText.fixed(fit.meanError * 100, 2), unit: "%",
        explanation:
          "the mean of \(results.fitted) runs; \(NumberText.fixed(fit.largestError * 100, 1)) % at most"),
    ]
    if let known = results.heldOut.last, let measured = known.measured {
      facts.append(
        .init(
          "\(known.size), predicted", NumberText.fixed(known.loss, 3), unit: "nats",
          explanation: "from smaller ones, of \(NumberText.compact(known.tokens)) tokens; it came to "
            + NumberText.fixed(measured, 3)))
    }
    if let far = results.target.last {
      facts.append(
        .init(
          "\(settings.target), far beyond", Self.interval(far), unit: "nats",
          explanation: "of \(NumberText.compact(far.tokens)) tokens: where nine tenths of the laws have it"))
    }
    return facts
  }

  private var heldOutNames: String {
    Set(heldOut.map(\.size)).sorted().joined(separator: ", ")
  }

  static func interval(_ prediction: Prediction) -> String {
    "\(NumberText.fixed(prediction.low, 2)) to \(NumberText.fixed(prediction.high, 2))"
  }

  private static let size = ChartSize(width: 520, height: 360)

  /// By their parameters, as the file names them.
  var sizes: [(name: String, runs: [ScalingRun])] {
    Dictionary(grouping: runs, by: \.size).map { ($0.key, $0.value) }
      .sorted { ($0.runs[0].parameters, $0.name) < ($1.runs[0].parameters, $1.name) }
  }

  private var pictures: [Gallery.Picture] {
    [
      .init(
        "tokens", title: "Loss against tokens",
        caption:
          "Each mark is a run that was trained to its end. The lines are the one law that was fitted to all but "
          + "\(settings.heldOut.sorted().joined(separator: ", ")).",
        plot(
          summary: "Loss against tokens, with the law", Axis("tokens", .logarithmic, padding: 0.03),
          of: { Double($0.tokens) }, at: { $1 })),
      .init(
        "compute", title: "Loss against compute",
        caption:
          "The same by 6·N·D, the multiplications and additions of the training. With so few of them the smaller model is "
          + "nearly always ahead: it has seen more text for the same work.",
        plot(
          summary: "Loss against compute, with the law",
          Axis("operations, 10¹²", .logarithmic, padding: 0.03),
          of: { 6e-12 * Double($0.parameters) * Double($0.tokens) },
          at: { 6e-12 * Double($0.parameters) * $1 })),
      .init(
        "reach", title: "How far it reaches",
        caption:
          "What the law says of \(settings.target), and where nine tenths of the laws have it that are fitted to runs "
          + "drawn anew. Where there is nothing measured, it spreads.", reach, values: scriptValues),
      .init(
        "errors", title: "How it was put to the test",
        caption:
          "The mean error of the fitted runs, and of what was left out of a fit and predicted from the rest: the largest size, "
          + "the longest run of each, and what was never fitted.", trials),
    ]
  }

  private func plot(
    summary: String, _ axis: Axis, of place: (ScalingRun) -> Double, at line: (ScalingRun, Double) -> Double
  ) -> ScatterPlot {
    let tokens = runs.map { Double($0.tokens) }
    let ends = (tokens.min() ?? 1, tokens.max() ?? 1)
    let curves = sizes.enumerated().map { style, size in
      let points = Self.places(from: ends.0, to: ends.1, count: 40).map { tokens in
        ChartPoint(
          line(size.runs[0], tokens),
          law.loss(parameters: Double(size.runs[0].parameters), tokens: tokens))
      }
      return ScatterPlot.Curve("\(size.name), by the law", points, style: style)
    }
    let groups = sizes.enumerated().map { style, size in
      ScatterPlot.Group(
        size.name, size.runs.map { ChartPoint(place($0), $0.loss) },
        names: size.runs.map { "\($0.size), \(NumberText.compact(Double($0.tokens))) tokens" }, style: style)
    }
    var plot = ScatterPlot(
      summary: summary, x: axis, y: Axis("loss, nats a token", padding: 0.03), groups: groups, curves: curves,
      size: Self.size)
    plot.pointsAreOnTop = true
    return plot
  }

  /// Evenly by their logarithms.
  static func places(from start: Double, to end: Double, count: Int) -> [Double] {
    (0..<count).map { exp(log(start) + (log(end) - log(start)) * Double($0) / Double(count - 1)) }
  }

  private var reach: LineChart {
    let parameters = Double(target.all)
    let places = Self.places(from: 1e5, to: 1e11, count: 61)
    let ranges = places.map { tokens in
      Self.range(of: laws.map { $0.loss(parameters: parameters, tokens: tokens) })
    }
    let measured = runs.filter { $0.size == settings.target }.map { ChartPoint(Double($0.tokens), $0.loss) }
    var series: [LineChart.Series] = [
      .init(
        "the law", places.map { ChartPoint($0, law.loss(parameters: parameters, tokens: $0)) }, color: 0),
      .init("95 of 100 are below", zip(places, ranges).map { ChartPoint($0, $1.high) }, color: 1),
      .init("5 of 100 are below", zip(places, ranges).map { ChartPoint($0, $1.low) }, color: 2),
    ]
    if !measured.isEmpty {
      series.append(
        .init("measured", measured.sorted { $0.x < $1.x }, color: 3, hasMarkers: true, labelsLast: false))
    }
    return LineChart(
      summary: "What the law says of \(settings.target)", x: Axis("tokens", .logarithmic),
      y: Axis("loss, nats a token", including: 0), series: series,
      // As large as its text can be read on a phone, where a script draws it anew.
      size: ChartSize(width: 380, height: 320))
  }

  private var trials: BarChart {
    let fit = results.fits[0]
    var bars = [("fitted", fit.meanError)] + results.trials.map { ($0.part, $0.meanError) }
    if !heldOut.isEmpty {
      bars.append((heldOutNames, Self.errors(of: law, on: heldOut, counting: .all).mean))
    }
    return BarChart(
      summary: "Mean errors of what was predicted", title: "what was predicted", categories: bars.map(\.0),
      y: Axis("mean error, %"), series: [.init("error", bars.map { $0.1 * 100 }, color: 0)], size: Self.size)
  }

  private var table: Gallery.Table {
    Gallery.Table(
      "The runs", columns: ["size", "parameters", "tokens", "loss", "the law's", "error, %"],
      rows: runs.map { run in
        let loss = law.loss(parameters: Double(run.parameters), tokens: Double(run.tokens))
        let name = settings.heldOut.contains(run.size) ? "\(run.size), not fitted" : run.size
        return [
          name, NumberText.grouped(run.parameters), NumberText.grouped(run.tokens),
          NumberText.fixed(run.loss, 4), NumberText.fixed(loss, 4),
          NumberText.fixed((loss / run.loss - 1) * 100, 2),
        ]
      })
  }
}
