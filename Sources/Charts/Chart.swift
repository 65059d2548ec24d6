/// A drawing with a size of its own.
package protocol Chart: Sendable {
  var size: ChartSize { get }
  /// An `svg` element, which wants the style sheet of `Palette`.
  var svg: Element { get }
}

extension LineChart: Chart {}
extension HeatMap: Chart {}
extension ScatterPlot: Chart {}
extension BarChart: Chart {}
extension ImageGrid: Chart {}
