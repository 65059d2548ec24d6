/// Values that change along an axis, as lines: a training loss over the steps of a run.
public struct LineChart: Sendable {
  /// One line.
  public struct Series: Sendable {
    public var name: String
    /// In ascending order of x. A y that the axis cannot show is a gap, and marked with a cross.
    public var points: [ChartPoint]
    /// Which colour of the palette.
    public var color: Int
    /// If given, the points are drawn thin, and over them their moving average of that span.
    public var smoothingSpan: Double?
    /// The average where not all of its points are in `points`, so that it cannot be made of them.
    public var averages: [ChartPoint]?
    /// Points before it count in the average, and are not drawn.
    public var start: Double?
    /// Draws a circle at each point: for series of few points.
    public var hasMarkers: Bool
    /// Writes the last value beside the line's end.
    public var labelsLast: Bool
    /// Marks the lowest point and writes down where it is; `labelsMaximum` the highest.
    public var labelsMinimum: Bool
    public var labelsMaximum: Bool

    public init(
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
  public struct Mark: Sendable {
    public var x: Double
    public var label: String
    /// Whether it is a line from top to bottom, or only a triangle at the bottom, for what happens often.
    public var isLine: Bool

    public init(_ x: Double, label: String, isLine: Bool = true) {
      self.x = x
      self.label = label
      self.isLine = isLine
    }
  }

  /// What the drawing shows, in words, for those who do not see it.
  public var summary: String
  public var x: Axis
  public var y: Axis
  public var series: [Series]
  public var marks: [Mark]
  public var size: ChartSize
  /// How many points a line is drawn with at most; `Downsampling` says which.
  public var pointLimit: Int

  public init(
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
  public var svg: Element {
    let lines = series.map { DrawnLine($0, limit: pointLimit) }
    let entries = entries(lines)
    // What there is only one of needs no name beside that of the axis.
    let legend = Legend(entries.count > 1 ? entries : [], width: size.width)
    let points = lines.flatMap { $0.raw + $0.smooth }
    let labels = lines.compactMap(\.lastLabel)
    let frame = PlotFrame(
      size: size, x: x, y: y, xs: points.map(\.x) + marks.map(\.x), ys: points.map(\.y),
      above: legend.height, rightOf: (labels.map(TextMetrics.width).max() ?? 0) + 16)
    var parts = [legend.element, frame.grid, frame.axes]
    parts += marks.flatMap { drawn($0, in: frame) }
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
    return entries
  }

  private func shows(_ point: ChartPoint) -> Bool {
    point.y.isFinite && (y.kind == .linear || point.y > 0)
  }

  private func drawn(_ mark: Mark, in frame: PlotFrame) -> [Element] {
    guard let place = frame.x.position(mark.x) else { return [] }
    guard mark.isLine else { return [Self.triangle(x: place, y: frame.bottom)] }
    let isLeft = place > (frame.left + frame.right) / 2
    return [
      Element("line", ["x1": place, "x2": place, "y1": frame.top, "y2": frame.bottom, "class": "mark"]),
      Element(
        "text",
        [
          "x": place + (isLeft ? -5 : 5), "y": frame.top + 10, "class": "quiet named",
          "text-anchor": isLeft ? "end" : "start",
        ], text: mark.label),
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
