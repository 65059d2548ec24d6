import GPT2Charts

/// What a chart of the page needs to be drawn in any width.
struct ReportFigure {
  let title: String
  let caption: String
  var isWide = false
  /// Of a wide chart on a wide page.
  var height = 380.0
  var x = Axis("step")
  let y: Axis
  let series: [LineChart.Series]
  var marks: [LineChart.Mark] = []
  /// Whether a legend is added to the height.
  var growsWithLegend = false

  /// Once for wide pages and once for phones, of which the style sheet shows one: text keeps its size.
  var figure: Element {
    let widths =
      isWide ? [("wide", 1080.0, height), ("narrow", 360, 320)] : [("wide", 530, 270), ("narrow", 360, 260)]
    let drawings = widths.map { name, width, height in
      var chart = LineChart(
        summary: "\(title). \(caption)", x: x, y: y, series: series, marks: marks,
        size: ChartSize(width: width, height: height), pointLimit: name == "wide" ? 1000 : 400)
      chart.growsWithLegend = growsWithLegend
      return Element("div", ["class": name], [chart.svg])
    }
    let words = [Element("h2", text: title)] + (caption.isEmpty ? [] : [Element("p", text: caption)])
    return Element(
      "figure", ["class": isWide ? "full" : "half"], [Element("figcaption", [:], words)] + drawings)
  }
}
