/// Values that change along an axis, as lines: a training loss over the steps of a run.
package struct LineChart: Sendable {
  /// One line.
  package struct Series: Sendable {
    package var name: String
    /// In ascending order of x. A y that the axis cannot show is a gap, and marked with a cross.
    package var points: [ChartPoint]
    /// Which colour of the palette; when all are taken, the same again with dashed lines.
    package var color: Int
    /// If given, the points are drawn thin, and over them their moving average of that span.
    package var smoothingSpan: Double?
    /// The average where not all of its points are in `points`, so that it cannot be made of them.
    package var averages: [ChartPoint]?
    /// Points before it count in the average, and are not drawn.
    package var start: Double?
    /// Draws a circle at each point: for series of few points.
    package var hasMarkers: Bool
    /// Writes the last value beside the line's end.
    package var labelsLast: Bool
    /// Marks the lowest point and writes down where it is; `labelsMaximum` the highest.
    package var labelsMinimum: Bool
    package var labelsMaximum: Bool

    package init(
      _ name: String, _ points: [ChartPoint], color: Int = 0, smoothingSpan: Double? = nil,
      start: Double? = nil, averages: [ChartPoint]? = nil, hasMarkers: Bool = false, labelsLast: Bool = true,
      labelsMinimum: Bool = false,
      labelsMaximum: Bool = false
    ) {
      self.name = name
      self.points = points
      self.color = color
      self.smoothingSpan = smoothingSpan
      self.start = start
      self.averages = averages
      self.hasMarkers = hasMarkers
      self.labelsLast = labelsLast
      self.labelsMinimum = labelsMinimum
      self.labelsMaximum = labelsMaximum
    }
  }

  /// A place on the horizontal axis where something happened.
  package struct Mark: Sendable {
    package var x: Double
    package var label: String
    /// Whether it is a line from top to bottom, or only a triangle at the bottom, for what happens often.
    package var isLine: Bool

    package init(_ x: Double, label: String, isLine: Bool = true) {
      self.x = x
      self.label = label
      self.isLine = isLine
    }
  }

  /// What the drawing shows, in words, for those who do not see it.
  package var summary: String
  package var x: Axis
  package var y: Axis
  package var series: [Series]
  package var marks: [Mark]
  package var size: ChartSize
  /// How many points a line is drawn with at most; `Downsampling` says which.
  package var pointLimit: Int
  /// Whether a legend is added to the height, instead of being taken from it: for many lines.
  package var growsWithLegend = false

  package init(
    summary: String, x: Axis, y: Axis, series: [Series], marks: [Mark] = [], size: ChartSize,
    pointLimit: Int = 1000
  ) {
    self.summary = summary
    self.x = x
    self.y = y
    self.series = series
    self.marks = marks
    self.size = size
    self.pointLimit = pointLimit
  }

  /// The drawing: an `svg` element, which wants the style sheet of `Palette`.
  package var svg: Element {
    let lines = series.map { DrawnLine($0, limit: pointLimit) }
    let entries = entries(lines)
    // What there is only one of needs no name beside that of the axis.
    let isNeeded = entries.count > 1 || marks.contains { $0.isLine && isRepeated($0) }
    let legend = Legend(isNeeded ? entries : [], width: size.width)
    var size = size
    if growsWithLegend { size.height += legend.height }
    let points = lines.flatMap { $0.raw + $0.smooth }
    let labels = lines.compactMap(\.lastLabel)
    let frame = PlotFrame(
      size: size, x: x, y: y, xs: points.map(\.x) + marks.map(\.x), ys: points.map(\.y),
      above: legend.height, rightOf: (labels.map(TextMetrics.width).max() ?? 0) + 16)
    var parts = [legend.element, frame.grid, frame.axes]
    parts += marks.flatMap { drawn($0, in: frame) }
    parts += MarkLabels(namedMarks, in: frame).elements
    parts += lines.flatMap { $0.curves(in: frame) }
    parts += lines.flatMap { $0.extremes(in: frame) }
    parts += lastLabels(of: lines, in: frame)
    parts.append(Readout(lines: lines, marks: marks, xTitle: x.title).element(in: frame))
    return Figure.svg(size, summary: summary, parts)
  }

  private func entries(_ lines: [DrawnLine]) -> [Legend.Entry] {
    var entries: [Legend.Entry] = []
    for line in lines {
      entries += line.legend
    }
    if lines.contains(where: { line in line.raw.contains { !shows($0) } }) {
      let why = y.kind == .linear ? "no finite number" : "no positive number"
      entries.append(Legend.Entry(name: why, symbol: DrawnLine.cross(x: 13, y: 0, color: "currentColor")))
    }
    // One entry for all marks of a kind.
    var names = Set<String>()
    for mark in marks where !mark.isLine && names.insert(mark.label).inserted {
      entries.append(Legend.Entry(name: mark.label, symbol: Self.triangle(x: 13, y: 5)))
    }
    for mark in marks where mark.isLine && isRepeated(mark) && names.insert(mark.label).inserted {
      let symbol = Element("line", ["x1": 13.0, "x2": 13.0, "y1": -8.0, "y2": 8.0, "class": "mark"])
      entries.append(Legend.Entry(name: mark.label, symbol: symbol))
    }
    return entries
  }

  /// Whether there are several lines of that name, which the legend then explains: beside each their names would collide.
  private func isRepeated(_ mark: Mark) -> Bool {
    marks.count { $0.isLine && $0.label == mark.label } > 1
  }

  /// Those that have their names beside them.
  private var namedMarks: [Mark] { marks.filter { $0.isLine && !isRepeated($0) } }

  private func shows(_ point: ChartPoint) -> Bool {
    point.y.isFinite && (y.kind == .linear || point.y > 0)
  }

  private func drawn(_ mark: Mark, in frame: PlotFrame) -> [Element] {
    guard let place = frame.x.position(mark.x) else { return [] }
    guard mark.isLine else { return [Self.triangle(x: place, y: frame.bottom)] }
    return [
      Element("line", ["x1": place, "x2": place, "y1": frame.top, "y2": frame.bottom, "class": "mark"])
    ]
  }

  private static func triangle(x: Double, y: Double) -> Element {
    let points = [(x, y - 8), (x - 4.5, y), (x + 4.5, y)]
      .map { "\(NumberText.coordinate($0.0)),\(NumberText.coordinate($0.1))" }
    return Element("polygon", ["points": points.joined(separator: " "), "fill": "currentColor"])
  }

  private func lastLabels(of lines: [DrawnLine], in frame: PlotFrame) -> [Element] {
    let labels = lines.compactMap { line -> (y: Double, text: String, color: String)? in
      guard let text = line.lastLabel, let last = line.last, let y = frame.y.position(last.y) else {
        return nil
      }
      return (y, text, line.color)
    }
    let places = LabelPlacement.spread(
      labels.map(\.y), distance: 15, in: frame.top + 4...max(frame.bottom, frame.top + 4))
    return zip(labels, places).flatMap { label, y in
      [
        Element("circle", ["cx": frame.right + 8, "cy": y, "r": 3.5, "style": "fill:\(label.color)"]),
        Element("text", ["x": frame.right + 15, "y": y + 4], text: label.text),
      ]
    }
  }
}
