/// A drawing with a size of its own.
package protocol Chart: Sendable {
  var size: ChartSize { get }
  /// An `svg` element, which wants the style sheet of `Palette`.
  var svg: Element { get }
  /// The same drawn for a narrow screen, its text as large as in the wide one; `nil` if it cannot be narrower.
  ///
  /// - Parameter width: In the units of `size`.
  func narrowed(to width: Double) -> (any Chart)?
}

extension Chart {
  package func narrowed(to width: Double) -> (any Chart)? { nil }
}

extension ChartSize {
  /// In proportion, but not flatter than an axis has room for.
  fileprivate func narrowed(to width: Double) -> ChartSize {
    ChartSize(width: width, height: max(min(height, 260), height * width / self.width))
  }
}

extension LineChart: Chart {
  package func narrowed(to width: Double) -> (any Chart)? {
    var chart = self
    chart.size = size.narrowed(to: width)
    chart.pointLimit = min(pointLimit, 400)
    return chart
  }
}

extension HeatMap: Chart {}

extension ScatterPlot: Chart {
  package func narrowed(to width: Double) -> (any Chart)? {
    var chart = self
    chart.size = ChartSize(width: width, height: size.height * width / size.width)
    return chart
  }
}

extension BarChart: Chart {
  /// Only if all categories' names then fit side by side.
  package func narrowed(to width: Double) -> (any Chart)? {
    // About what the axis takes is not for them.
    let room = (width - 60) / Double(max(1, categories.count))
    guard categories.allSatisfy({ TextMetrics.width($0) + 3 <= room }) else { return nil }
    var chart = self
    chart.size = size.narrowed(to: width)
    return chart
  }
}

extension ImageGrid: Chart {
  /// With fewer images in a row, of their own size. One more than fits is better made a little smaller.
  package func narrowed(to width: Double) -> (any Chart)? {
    var chart = self
    while chart.columns > 1, chart.size.width > width * 1.1 { chart.columns -= 1 }
    return chart
  }
}
