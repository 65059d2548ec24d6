/// Values of things that have names, as bars from 0; of several series, side by side: how likely each letter is to two
/// models.
package struct BarChart: Sendable {
  package struct Series: Sendable {
    package var name: String
    /// One for each category; what is no finite number has no bar.
    package var values: [Double]
    /// Which colour of the palette.
    package var color: Int

    package init(_ name: String, _ values: [Double], color: Int) {
      self.name = name
      self.values = values
      self.color = color
    }
  }

  package var summary: String
  /// What the categories are.
  package var title: String
  package var categories: [String]
  /// Linear; it always shows 0.
  package var y: Axis
  package var series: [Series]
  package var size: ChartSize

  package init(
    summary: String, title: String, categories: [String], y: Axis, series: [Series], size: ChartSize
  ) {
    precondition(series.allSatisfy { $0.values.count == categories.count }, "bars for some categories only")
    precondition(y.kind == .linear, "bars from 0 on a logarithmic axis")
    self.summary = summary
    self.title = title
    self.categories = categories
    self.y = y
    self.series = series
    self.size = size
  }

  /// The drawing: an `svg` element, which wants the style sheet of `Palette`.
  package var svg: Element {
    let entries = series.map { series in
      let symbol = Element("rect", ["x": 6.0, "y": -6.0, "width": 12.0, "height": 12.0])
      return Legend.Entry(
        name: series.name, symbol: symbol.with("style", "fill:\(Palette.series(series.color))"))
    }
    // What there is only one of needs no name beside that of the axis.
    let legend = Legend(entries.count > 1 ? entries : [], width: size.width)
    // Category i has the place from i to i + 1.
    let ticks = categories.enumerated().map { Tick(Double($0) + 0.5, label: $1) }
    var y = y
    y.including = 0
    let frame = PlotFrame(
      size: size, x: Axis(title, ticks: ticks), y: y, xs: [0, Double(max(1, categories.count))],
      ys: series.flatMap(\.values) + [0], above: legend.height)
    let bars = series.indices.flatMap { self.bars(of: $0, in: frame) }
    return Figure.svg(
      size, summary: summary, [legend.element, frame.grid, Element("g", ["class": "bars"], bars), frame.axes])
  }

  private func bars(of index: Int, in frame: PlotFrame) -> [Element] {
    let series = series[index]
    // A fifth of each category's place is free, so that neighbours stay apart.
    let width = 0.8 / Double(self.series.count)
    guard let base = frame.y.position(0) else { return [] }
    return series.values.enumerated().compactMap { category, value in
      let start = Double(category) + 0.1 + Double(index) * width
      guard let left = frame.x.position(start), let right = frame.x.position(start + width),
        let end = frame.y.position(value)
      else { return nil }
      let name = "\(series.name), \(categories[category]): \(NumberText.significant(value))"
      return Element(
        "rect",
        [
          "x": left, "y": min(base, end), "width": right - left, "height": abs(end - base),
          "style": "fill:\(Palette.series(series.color))",
        ], [Element("title", text: name)])
    }
  }
}
