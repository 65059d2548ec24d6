import GPT2Charts

// The curves. Where a page on one run shows every update and their moving average, here is the average alone.
extension ComparisonReport {
  /// All charts that there is something to show in.
  var figures: [Element] {
    let start = (runs.map(\.overview.step).max() ?? 0) / 4
    let late = "From step \(NumberText.grouped(start)) on."
    let nats = Axis("nats per token", padding: 0.04)
    let average = "Moving averages of the mean cross-entropy of the next token."
    let hasLate = runs.contains { run in run.history.updates.count { $0.step >= start } >= 50 }
    var figures = [
      ReportFigure(
        title: "Validation loss", caption: "Mean cross-entropy of the next token.", isWide: true, y: nats,
        series: validations()),
      ReportFigure(
        title: "Training loss", caption: average, isWide: true, y: nats, series: losses()),
    ]
    if hasLate {
      figures += [
        ReportFigure(
          title: "Validation loss after the first quarter", caption: late, y: nats,
          series: validations(from: start)),
        ReportFigure(
          title: "Training loss after the first quarter", caption: late, y: nats, series: losses(from: start)),
      ]
    }
    figures += [
      ReportFigure(
        title: "Validation loss over time", caption: "Time spent in updates.", x: timeAxis.axis, y: nats,
        series: validationsOverTime),
      ReportFigure(
        title: "Learning rate", caption: "", y: Axis("per update", including: 0, padding: 0.04),
        series: series(labelsLast: false) { run in points(of: run, \.learningRate) }),
      ReportFigure(
        title: "Gradient norm", caption: "Moving averages before clipping; a logarithmic scale.",
        y: Axis("norm", .logarithmic, padding: 0.04),
        series: series(labelsLast: false) { run in
          averages(of: run, \.gradientNorm) { $0.gradientNorm }
        }),
      ReportFigure(
        title: "Throughput", caption: "Moving averages of tokens learnt from.",
        y: Axis("tokens/s", including: 0, padding: 0.04),
        series: series(labelsLast: false) { run in
          averages(of: run, \.tokensPerSecond) { $0.tokensPerSecond }
        }),
    ]
    return figures.filter { figure in !figure.series.isEmpty }.map { figure in
      var figure = figure
      figure.growsWithLegend = true
      return figure.figure
    }
  }

  private func series(
    hasMarkers: Bool = false, labelsLast: Bool = true, from step: Int = 0, _ points: (Run) -> [ChartPoint]
  ) -> [LineChart.Series] {
    runs.enumerated().compactMap { index, run in
      let points = points(run).filter { $0.x >= Double(step) }
      guard !points.isEmpty else { return nil }
      return LineChart.Series(
        Self.short(run.name), points, color: index, hasMarkers: hasMarkers, labelsLast: labelsLast)
    }
  }

  /// A name that a legend has room for on a phone.
  private static func short(_ name: String) -> String {
    name.count <= 40 ? name : name.prefix(18) + "…" + name.suffix(21)
  }

  private func validations(from step: Int = 0) -> [LineChart.Series] {
    series(hasMarkers: true, from: step) { run in
      run.history.validations.map { ChartPoint(Double($0.step), $0.value) }
    }
  }

  private func losses(from step: Int = 0) -> [LineChart.Series] {
    series(from: step) { run in averages(of: run, { $0.loss }, { $0.loss }) }
  }

  private func points(of run: Run, _ value: (RunHistory.Update) -> Double?) -> [ChartPoint] {
    run.history.updates.compactMap { update in value(update).map { ChartPoint(Double(update.step), $0) } }
  }

  /// - Parameter known: The average of a long run, of which not all points are kept that it is of.
  private func averages(
    of run: Run, _ value: (RunHistory.Update) -> Double?, _ known: (RunHistory.Averages) -> Double?
  ) -> [ChartPoint] {
    guard !run.history.isLong else { return points(of: run) { $0.averages.flatMap(known) } }
    let points = points(of: run, value)
    let smoothed = Smoothing.exponential(points.map(\.y), span: Double(run.overview.smoothingSpan))
    return zip(points, smoothed).map { ChartPoint($0.x, $1) }
  }

  // MARK: - Time

  /// In the largest unit that the longest run has two of.
  private var timeAxis: (axis: Axis, seconds: Double) {
    let longest = runs.compactMap(\.overview.seconds).max() ?? 0
    let units = [("hours", 3600.0), ("minutes", 60), ("seconds", 1)]
    let (name, seconds) = units.first { longest >= 2 * $0.1 } ?? units[2]
    return (Axis(name, including: 0), seconds)
  }

  private var validationsOverTime: [LineChart.Series] {
    let unit = timeAxis.seconds
    return series(hasMarkers: true) { run in
      guard let total = run.overview.seconds, run.overview.updates > 0 else { return [] }
      let mean = total / Double(run.overview.updates)
      var (next, spent) = (0, 0.0)
      let updates = run.history.updates
      return run.history.validations.map { validation in
        // Of a long run not all updates are kept, and each counts as the mean of all.
        guard !run.history.isLong else {
          return ChartPoint(Double(validation.step) * mean / unit, validation.value)
        }
        while next < updates.count, updates[next].step <= validation.step {
          spent += (updates[next].milliseconds ?? 0) / 1000
          next += 1
        }
        return ChartPoint(spent / unit, validation.value)
      }
    }
  }
}
