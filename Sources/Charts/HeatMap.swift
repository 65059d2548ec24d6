/// A table of numbers as colours: attention of tokens to tokens, a matrix of weights, a confusion matrix.
package struct HeatMap: Sendable {
  package var summary: String
  /// Rows from the top, each from the left; all of one length.
  package var values: [[Double]]
  /// As many as rows, or none; likewise for columns.
  package var rowLabels: [String]
  package var columnLabels: [String]
  /// What the rows and the columns are, and what the numbers mean.
  package var rowTitle: String
  package var columnTitle: String
  package var valueTitle: String
  /// What the ramp's ends stand for; from the lowest value to the highest if not given.
  package var domain: ClosedRange<Double>?
  package var ramp: ColorRamp
  /// Writes the numbers into the cells, with so many decimals.
  package var decimals: Int?
  /// The length of a cell's sides.
  package var cellSize: Double

  package init(
    summary: String, values: [[Double]], rowLabels: [String] = [], columnLabels: [String] = [],
    rowTitle: String = "", columnTitle: String = "", valueTitle: String = "",
    domain: ClosedRange<Double>? = nil, ramp: ColorRamp = .sequential, decimals: Int? = nil,
    cellSize: Double = 24
  ) {
    precondition(values.allSatisfy { $0.count == values.first?.count }, "rows of different lengths")
    precondition(rowLabels.isEmpty || rowLabels.count == values.count, "labels for some rows only")
    precondition(
      columnLabels.isEmpty || columnLabels.count == values.first?.count, "labels for some columns only")
    self.summary = summary
    self.values = values
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.valueTitle = valueTitle
    self.domain = domain
    self.ramp = ramp
    self.decimals = decimals
    self.cellSize = cellSize
  }

  private var columns: Int { values.first?.count ?? 0 }
  /// With room for letters that are wider than most: a single m is 12.
  private var left: Double { rowLabels.isEmpty ? 8 : (rowLabels.map(TextMetrics.width).max() ?? 0) + 12 }
  private var top: Double {
    (columnTitle.isEmpty ? 0 : 20) + (rowTitle.isEmpty ? 0 : 20)
      + (columnLabels.map { fits($0) ? 12 : TextMetrics.width($0) }.max() ?? 0) + 8
  }

  /// Whether a label of a column is no wider than it; others are written upwards.
  private func fits(_ label: String) -> Bool { TextMetrics.width(label) <= cellSize }

  package var size: ChartSize {
    let titles = [columnTitle, rowTitle, valueTitle].map(TextMetrics.width).max() ?? 0
    return ChartSize(
      width: max(left + Double(columns) * cellSize, left + 160, titles) + 8,
      height: top + Double(values.count) * cellSize + 56)
  }

  /// Of the finite values; 0 to 1 if there are none.
  private var shownDomain: ClosedRange<Double> {
    if let domain { return domain }
    let finite = values.joined().filter(\.isFinite)
    guard let lowest = finite.min(), let highest = finite.max() else { return 0...1 }
    return lowest...highest
  }

  /// The drawing: an `svg` element, which wants the style sheet of `Palette`. What is no finite number has no
  /// colour, and a cross.
  package var svg: Element {
    let domain = shownDomain
    var parts = titles + labels
    for (row, values) in values.enumerated() {
      for (column, value) in values.enumerated() {
        parts += cell(row: row, column: column, value, domain)
      }
    }
    return Figure.svg(size, summary: summary, parts + [colorBar(domain)])
  }

  private func fraction(_ value: Double, _ domain: ClosedRange<Double>) -> Double {
    guard domain.lowerBound < domain.upperBound else { return 0.5 }
    return (value / 2 - domain.lowerBound / 2) / (domain.upperBound / 2 - domain.lowerBound / 2)
  }

  private func cell(row: Int, column: Int, _ value: Double, _ domain: ClosedRange<Double>) -> [Element] {
    let (x, y) = (left + Double(column) * cellSize, top + Double(row) * cellSize)
    var rectangle = Element("rect", ["x": x, "y": y, "width": cellSize, "height": cellSize])
    let place =
      (rowLabels.isEmpty ? "row \(row)" : rowLabels[row]) + ", "
      + (columnLabels.isEmpty ? "column \(column)" : columnLabels[column])
    rectangle.children = [
      .element(Element("title", text: "\(place): \(NumberText.significant(value))"))
    ]
    guard value.isFinite else {
      let cross = DrawnLine.cross(x: x + cellSize / 2, y: y + cellSize / 2, color: "currentColor")
      return [rectangle.with("fill", "none").with("class", "axis"), cross]
    }
    let fraction = fraction(value, domain)
    rectangle = rectangle.with("fill", ramp.color(fraction)).with("shape-rendering", "crispEdges")
    guard let decimals else { return [rectangle] }
    let ink = ramp.isLight(fraction) ? "#000000" : "#ffffff"
    let number = Element(
      "text",
      [
        "x": x + cellSize / 2, "y": y + cellSize / 2 + 4, "text-anchor": "middle",
        "style": "fill:\(ink);pointer-events:none",
      ], text: NumberText.fixed(value, decimals))
    return [rectangle, number]
  }

  private var titles: [Element] {
    var parts: [Element] = []
    if !columnTitle.isEmpty {
      parts.append(Element("text", ["x": left, "y": 14.0, "class": "quiet"], text: columnTitle + " →"))
    }
    if !rowTitle.isEmpty {
      let y = columnTitle.isEmpty ? 14.0 : 34.0
      parts.append(Element("text", ["x": 0.0, "y": y, "class": "quiet"], text: rowTitle + " ↓"))
    }
    return parts
  }

  private var labels: [Element] {
    rowLabels.enumerated().map { row, label in
      let y = top + (Double(row) + 0.5) * cellSize + 4
      return Element("text", ["x": left - 6, "y": y, "text-anchor": "end"], text: label)
    }
      + columnLabels.enumerated().map { column, label in
        let (middle, y) = (left + (Double(column) + 0.5) * cellSize, top - 6)
        if fits(label) {
          return Element("text", ["x": middle, "y": y, "text-anchor": "middle"], text: label)
        }
        let place = "translate(\(NumberText.coordinate(middle + 4)) \(NumberText.coordinate(y)))"
        return Element("text", ["transform": "\(place) rotate(-90)"], text: label)
      }
  }

  /// What the colours stand for, below the cells: 32 steps of the ramp, with its ends in numbers.
  private func colorBar(_ domain: ClosedRange<Double>) -> Element {
    let (y, width, steps) = (top + Double(values.count) * cellSize + 14, 160.0, 32)
    var parts = (0..<steps).map { index in
      Element(
        "rect",
        [
          "x": left + Double(index) * width / Double(steps), "y": y, "width": width / Double(steps),
          "height": 10.0, "shape-rendering": "crispEdges",
          "fill": ramp.color((Double(index) + 0.5) / Double(steps)),
        ])
    }
    for (value, x, anchor) in [(domain.lowerBound, left, "start"), (domain.upperBound, left + width, "end")] {
      parts.append(
        Element(
          "text", ["x": x, "y": y + 24, "text-anchor": anchor, "class": "quiet"],
          text: NumberText.significant(value, 3)))
    }
    parts.append(Element("text", ["x": left, "y": y + 38, "class": "quiet"], text: valueTitle))
    return Element("g", ["class": "color-bar"], parts)
  }
}
