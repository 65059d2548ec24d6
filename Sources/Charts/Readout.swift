/// The values at the place that is pointed at: strips side by side over a chart, each of which shows its own when
/// the pointer is over it. The style sheet does that; no script is needed.
struct Readout {
  let lines: [DrawnLine]
  let marks: [LineChart.Mark]
  let xTitle: String

  func element(in frame: PlotFrame) -> Element {
    let xs = lines.flatMap { $0.values.map(\.x) }.filter(\.isFinite)
    guard let first = xs.min(), let last = xs.max() else { return Element("g", ["class": "readouts"]) }
    let count = max(1, min(64, Int((frame.right - frame.left) / 10)))
    let width = (frame.right - frame.left) / Double(count)
    var strips: [Element] = []
    for index in 0..<count {
      let left = frame.left + Double(index) * width
      let range = frame.x.value(at: left)...frame.x.value(at: left + width)
      guard range.upperBound >= first, range.lowerBound <= last else { continue }
      if let strip = strip(from: left, width: width, range, in: frame) { strips.append(strip) }
    }
    return Element("g", ["class": "readouts"], strips)
  }

  private func strip(
    from left: Double, width: Double, _ range: ClosedRange<Double>, in frame: PlotFrame
  ) -> Element? {
    let middle = frame.x.value(at: left + width / 2)
    // The point that is nearest to the strip's middle, of any line, says where the values are read.
    let candidates = lines.compactMap { $0.values.nearest(to: middle)?.x }
    guard let x = candidates.min(by: { abs($0 - middle) < abs($1 - middle) }),
      let place = frame.x.position(x)
    else { return nil }
    let rows = self.rows(at: x, halfWidth: (range.upperBound - range.lowerBound) / 2)
    return Element(
      "g", ["class": "readout"],
      [
        Element(
          "rect",
          ["x": left, "y": frame.top, "width": width, "height": frame.bottom - frame.top]),
        Element("g", ["class": "shown"], box(rows, at: place, in: frame)),
      ])
  }

  /// What there is to say at `x`: of every line, the value there, if it has one there or near by.
  private func rows(at x: Double, halfWidth: Double) -> [(text: String, color: String?)] {
    var rows: [(text: String, color: String?)] = [("\(xTitle) \(NumberText.brief(x))", nil)]
    for line in lines {
      guard let point = line.values.nearest(to: x), abs(point.x - x) <= halfWidth else { continue }
      let place = point.x == x ? "" : " at \(NumberText.brief(point.x))"
      rows.append(("\(line.series.name) \(NumberText.significant(point.y))\(place)", line.color))
      if let smooth = line.smoothValues.nearest(to: x), smooth.x == point.x {
        rows.append(("average \(NumberText.significant(smooth.y))", line.color))
      }
    }
    for mark in marks where abs(mark.x - x) <= halfWidth {
      rows.append(("\(mark.label) at \(NumberText.brief(mark.x))", nil))
    }
    return rows
  }

  private func box(_ rows: [(text: String, color: String?)], at x: Double, in frame: PlotFrame) -> [Element] {
    let indent = 18.0
    let width = (rows.map { TextMetrics.width($0.text) }.max() ?? 0) + indent + 8
    let isLeft = x > (frame.left + frame.right) / 2
    // Beside the line that is pointed at, though never outside the drawing.
    let left = max(0, min(isLeft ? x - 10 - width : x + 10, frame.size.width - width))
    var parts = [
      Element("line", ["x1": x, "x2": x, "y1": frame.top, "y2": frame.bottom, "class": "cross"]),
      Element(
        "rect",
        [
          "x": left, "y": frame.top + 6, "width": width, "height": Double(rows.count) * 17 + 8, "rx": 4.0,
          "class": "box",
        ]),
    ]
    for (index, row) in rows.enumerated() {
      let y = frame.top + 23 + Double(index) * 17
      if let color = row.color {
        parts.append(Element("circle", ["cx": left + 9, "cy": y - 4, "r": 3.0, "style": "fill:\(color)"]))
      }
      parts.append(Element("text", ["x": left + (row.color == nil ? 6 : indent), "y": y], text: row.text))
    }
    return parts
  }
}

extension [ChartPoint] {
  /// Of points in ascending order of x, the one whose x is nearest; the first of two as near.
  func nearest(to x: Double) -> ChartPoint? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].x < x { low = middle + 1 } else { high = middle }
    }
    let around = [low - 1, low].filter(indices.contains).map { self[$0] }
    return around.min { abs($0.x - x) < abs($1.x - x) }
  }
}
