import GPT2Charts
import TestSupport
import Testing

@Suite struct BarChartTests {
  private func chart(_ series: [BarChart.Series], categories: [String] = ["a", "b<", "c"]) -> BarChart {
    BarChart(
      summary: "letters", title: "letter", categories: categories, y: Axis("probability"), series: series,
      size: ChartSize(width: 400, height: 240))
  }

  private func bars(_ chart: BarChart) throws -> [XMLTree] {
    let tree = try XMLTree.parse(chart.svg.markup)
    return try #require(tree.all("g", class: "bars").first).all("rect")
  }

  @Test func barsAreAsHighAsTheirValues() throws {
    let bars = try bars(chart([.init("one", [0.2, 0.4, 0], color: 0)]))
    let heights = bars.map { $0.number("height") }
    #expect(abs(heights[1] - 2 * heights[0]) < 0.02 && heights[2] == 0)
    // All stand on the axis.
    let bottoms = bars.map { $0.number("y") + $0.number("height") }
    #expect(bottoms.allSatisfy { abs($0 - bottoms[0]) < 0.02 })
    #expect(bars[1].text == "one, b<: 0.4000")
  }

  @Test func belowZeroTheyHang() throws {
    let bars = try bars(chart([.init("one", [3, -1, .nan], color: 0)]))
    #expect(bars.count == 2)
    #expect(abs(bars[0].number("y") + bars[0].number("height") - bars[1].number("y")) < 0.02)
    #expect(abs(bars[0].number("height") - 3 * bars[1].number("height")) < 0.05)
  }

  @Test func seriesStandSideBySide() throws {
    let drawn = chart([.init("one", [1, 2, 3], color: 0), .init("two", [3, 2, 1], color: 1)])
    let bars = try bars(drawn).sorted { $0.number("x") < $1.number("x") }
    #expect(
      bars.map { String($0.text.prefix(6)) } == ["one, a", "two, a", "one, b", "two, b", "one, c", "two, c"])
    for (left, right) in zip(bars, bars.dropFirst()) {
      #expect(left.number("x") + left.number("width") <= right.number("x") + 0.02)
    }
    let texts = try XMLTree.parse(drawn.svg.markup).all("text").map(\.text)
    #expect(texts.filter { ["one", "two", "a", "b<", "c", "letter", "probability"].contains($0) }.count == 7)
  }

  @Test func awkwardChartsAreWellFormed() throws {
    for chart in [
      chart([]), chart([.init("", [], color: 9)], categories: []), chart([.init("x", [0, 0, 0], color: 0)]),
    ] {
      _ = try XMLTree.parse(chart.svg.markup)
    }
  }
}
