import GPT2Charts

extension RunReport {
  /// All charts that there is something to show in.
  var figures: [Element] {
    var plans = [lossPlan]
    if let close = closeLossPlan { plans.append(close) }
    plans += [accuracyPlan, ratePlan, normPlan, throughputPlan, workPlan]
    return plans.filter { plan in plan.series.contains { !$0.points.isEmpty } }.map(\.figure)
  }

  private var span: Double? { overview.smoothingSpan > 1 ? Double(overview.smoothingSpan) : nil }

  private func points(_ value: (RunHistory.Update) -> Double?) -> [ChartPoint] {
    history.updates.compactMap { update in value(update).map { ChartPoint(Double(update.step), $0) } }
  }

  /// Of a long run, of which not all points are kept that the average is of.
  private func averages(_ value: (RunHistory.Averages) -> Double?) -> [ChartPoint]? {
    history.isLong ? points { $0.averages.flatMap(value) } : nil
  }

  private var resumeMarks: [LineChart.Mark] {
    history.resumes.map { LineChart.Mark(Double($0), label: "resumed") }
  }

  private var skipMarks: [LineChart.Mark] {
    history.skipped.map { LineChart.Mark(Double($0.step), label: "update left out", isLine: false) }
  }

  private func lossSeries(from step: Int, labelsBest: Bool) -> [LineChart.Series] {
    let training = LineChart.Series(
      "training", points(\.loss), color: 0, smoothingSpan: span, start: Double(step),
      averages: averages(\.loss))
    let validation = LineChart.Series(
      "validation", history.validations.map { ChartPoint(Double($0.step), $0.value) }, color: 1,
      start: Double(step), hasMarkers: true, labelsMinimum: labelsBest)
    let average = LineChart.Series(
      "validation, averaged weights",
      history.averageValidations.map { ChartPoint(Double($0.step), $0.value) },
      color: 2, start: Double(step), hasMarkers: true)
    return [training, validation, average].filter { !$0.points.isEmpty }
  }

  private var lossPlan: ReportFigure {
    ReportFigure(
      title: "Loss", caption: "Mean cross-entropy of the next token.", isWide: true,
      y: Axis("nats per token", padding: 0.04), series: lossSeries(from: 0, labelsBest: true),
      marks: resumeMarks + skipMarks)
  }

  /// The loss without its beginning, whose fall leaves little room for the rest.
  private var closeLossPlan: ReportFigure? {
    let start = overview.step / 4
    guard history.updates.count(where: { $0.step >= start }) >= 50 else { return nil }
    return ReportFigure(
      title: "Loss after the first quarter", caption: "From step \(NumberText.grouped(start)) on.",
      isWide: true, height: 300,
      y: Axis("nats per token", padding: 0.06), series: lossSeries(from: start, labelsBest: false),
      marks: (resumeMarks + skipMarks).filter { $0.x >= Double(start) })
  }

  private var accuracyPlan: ReportFigure {
    let points = history.accuracies.map { ChartPoint(Double($0.step), $0.value * 100) }
    return ReportFigure(
      title: "HellaSwag", caption: "Right answers of four; chance is 25\u{A0}%.", isWide: true, height: 300,
      y: Axis("accuracy, %", including: 25, padding: 0.06),
      series: [LineChart.Series("accuracy", points, color: 2, hasMarkers: true, labelsMaximum: true)],
      marks: resumeMarks)
  }

  private var ratePlan: ReportFigure {
    ReportFigure(
      title: "Learning rate", caption: "",
      y: Axis("per update", including: 0, padding: 0.04),
      series: [LineChart.Series("learning rate", points(\.learningRate), color: 3)], marks: resumeMarks)
  }

  private var normPlan: ReportFigure {
    ReportFigure(
      title: "Gradient norm", caption: "Before clipping; a logarithmic scale.",
      y: Axis("norm", .logarithmic, padding: 0.04),
      series: [
        LineChart.Series(
          "norm", points(\.gradientNorm), color: 2, smoothingSpan: span, averages: averages(\.gradientNorm))
      ],
      marks: resumeMarks + skipMarks)
  }

  private var throughputPlan: ReportFigure {
    ReportFigure(
      title: "Throughput", caption: "Tokens learnt from.",
      y: Axis("tokens/s", including: 0, padding: 0.04),
      series: [
        LineChart.Series(
          "tokens/s", points(\.tokensPerSecond), color: 4, smoothingSpan: span,
          averages: averages(\.tokensPerSecond))
      ],
      marks: resumeMarks)
  }

  private var workPlan: ReportFigure {
    ReportFigure(
      title: "Arithmetic", caption: "Floating-point operations.",
      y: Axis("GFLOP/s", including: 0, padding: 0.04),
      series: [
        LineChart.Series(
          "GFLOP/s", points(\.gigaflops), color: 5, smoothingSpan: span, averages: averages(\.gigaflops))
      ],
      marks: resumeMarks)
  }
}
