/// A series of a line chart with as many points as are drawn.
struct DrawnLine {
  let series: LineChart.Series
  /// The points themselves, and their average where one is wanted.
  let raw: [ChartPoint]
  let smooth: [ChartPoint]
  /// All points before they were thinned out.
  let values: [ChartPoint]
  let smoothValues: [ChartPoint]

  init(_ series: LineChart.Series, limit: Int) {
    self.series = series
    let isDrawn = { (point: ChartPoint) in series.start.map { point.x >= $0 } ?? true }
    values = series.points.filter(isDrawn)
    raw = Downsampling.extremes(values, limit: limit)
    if let averages = series.averages {
      smoothValues = averages.filter(isDrawn)
    } else if let span = series.smoothingSpan {
      let smoothed = Smoothing.exponential(series.points.map(\.y), span: span)
      smoothValues = zip(series.points, smoothed).map { ChartPoint($0.x, $1) }.filter(isDrawn)
    } else {
      smoothValues = []
    }
    smooth = Downsampling.extremes(smoothValues, limit: limit)
  }

  var color: String { Palette.series(series.color) }

  /// The end of what is drawn thick.
  var last: ChartPoint? {
    (series.smoothingSpan == nil ? values : smoothValues).last { $0.y.isFinite }
  }

  var lastLabel: String? {
    series.labelsLast ? last.map { NumberText.significant($0.y) } : nil
  }

  var legend: [Legend.Entry] {
    guard let span = series.smoothingSpan else {
      let parts = [line("M0 0H24", "line")] + (series.hasMarkers ? [marker(x: 13, y: 0)] : [])
      return [Legend.Entry(name: series.name, symbol: Element("g", [:], parts).moved(by: -2))]
    }
    let average = "moving average (span \(NumberText.brief(span)))"
    return [
      Legend.Entry(
        name: series.name,
        symbol: line("M0 0L5 -5L9 4L14 -3L19 5L24 0", "line raw").moved(by: -2)),
      Legend.Entry(name: average, symbol: line("M0 0H22", "line")),
    ]
  }

  func curves(in frame: PlotFrame) -> [Element] {
    var parts: [Element] = []
    if let path = frame.path(raw) {
      parts.append(line(path, series.smoothingSpan == nil ? "line" : "line raw"))
    }
    if let path = frame.path(smooth) { parts.append(line(path, "line")) }
    // Side by side they would hide the line.
    if series.hasMarkers, Double(raw.count) * 16 <= frame.right - frame.left {
      parts += raw.compactMap { point in
        guard let x = frame.x.position(point.x), let y = frame.y.position(point.y) else { return nil }
        return marker(x: x, y: y)
      }
    }
    for point in raw where !frame.y.shows(point.y) {
      guard let x = frame.x.position(point.x) else { continue }
      parts.append(Self.cross(x: x, y: frame.top + 5, color: color))
    }
    return parts
  }

  /// The lowest and the highest point, with their values, if that is wanted.
  func extremes(in frame: PlotFrame) -> [Element] {
    let shown = values.filter { frame.y.shows($0.y) }
    var parts: [Element] = []
    if series.labelsMinimum, let lowest = shown.min(by: { $0.y < $1.y }) {
      parts += extreme(lowest, "lowest", below: true, in: frame)
    }
    if series.labelsMaximum, let highest = shown.max(by: { $0.y < $1.y }) {
      parts += extreme(highest, "highest", below: false, in: frame)
    }
    return parts
  }

  private func extreme(
    _ point: ChartPoint, _ word: String, below: Bool, in frame: PlotFrame
  ) -> [Element] {
    guard let x = frame.x.position(point.x), let y = frame.y.position(point.y) else { return [] }
    let text = "\(word) \(NumberText.significant(point.y)) at \(NumberText.brief(point.x))"
    let half = TextMetrics.width(text) / 2
    let centre = max(frame.left + half + 2, min(x, frame.right - half - 2))
    // On the free side of the curve, unless that is outside. Above the frame there is room beside the axis's title.
    let ceiling = centre - half > frame.left + frame.titleWidth ? frame.top - 8 : frame.top + 8
    let isBelow = below ? y + 20 <= frame.bottom - 2 : y - 12 < ceiling
    let place = isBelow ? y + 20 : y - 12
    return [
      Element("circle", ["cx": x, "cy": y, "r": 5.5, "style": "fill:none;stroke:\(color);stroke-width:2"]),
      Element("text", ["x": centre, "y": place, "text-anchor": "middle", "class": "named"], text: text),
    ]
  }

  private func line(_ path: String, _ kind: String) -> Element {
    let dashes = Palette.dashes(series.color).map { ";stroke-dasharray:\($0)" } ?? ""
    return Element("path", ["d": path, "class": kind, "style": "stroke:\(color)\(dashes)"])
  }

  private func marker(x: Double, y: Double) -> Element {
    Element("circle", ["cx": x, "cy": y, "r": 3.5, "class": "halo", "style": "fill:\(color)"])
  }

  static func cross(x: Double, y: Double, color: String) -> Element {
    let place = "M\(NumberText.coordinate(x - 4)) \(NumberText.coordinate(y - 4))"
    return Element("path", ["d": place + "l8 8m0 -8l-8 8", "class": "line gap", "style": "stroke:\(color)"])
  }
}

extension Element {
  fileprivate func moved(by x: Double) -> Element {
    with("transform", "translate(\(NumberText.coordinate(x)) 0)")
  }
}
