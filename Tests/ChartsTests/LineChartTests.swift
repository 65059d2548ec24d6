import GPT2Charts
import Foundation
import TestSupport
import Testing

@Suite struct LineChartTests {
  private let size = ChartSize(width: 600, height: 300)

  @Test func pointsAreWhereTheirValuesSay() throws {
    let points = [ChartPoint(10, 3), ChartPoint(20, 7), ChartPoint(25, 5), ChartPoint(50, 4)]
    let tree = try drawing(Axis("loss"), [LineChart.Series("loss", points)])
    let frame = try Frame(tree)
    for (point, place) in zip(points, try places(tree)) {
      #expect(abs(place.x - (frame.left + (point.x - 10) / 40 * (frame.right - frame.left))) < 0.011)
      #expect(abs(place.y - (frame.bottom + (point.y - 3) / 4 * (frame.top - frame.bottom))) < 0.011)
    }
    #expect(try places(tree).count == 4)
  }

  @Test func logarithmsAreWhereTheirValuesSay() throws {
    let points = [ChartPoint(0, 0.1), ChartPoint(1, 3), ChartPoint(2, 1000)]
    let tree = try drawing(Axis("norm", .logarithmic), [LineChart.Series("norm", points)])
    let frame = try Frame(tree)
    for (point, place) in zip(points, try places(tree)) {
      let fraction = (log10(point.y) + 1) / 4
      #expect(abs(place.y - (frame.bottom + fraction * (frame.top - frame.bottom))) < 0.011)
    }
  }

  @Test func gridLinesAreWhereTheirLabelsSay() throws {
    let points = (0...10).map { ChartPoint(Double($0), Double($0 * $0)) }
    let tree = try drawing(Axis("y"), [LineChart.Series("s", points)])
    let frame = try Frame(tree)
    let labels = tree.all("text", class: "quiet").filter { $0.attributes["text-anchor"] == "end" }
    let heights = Dictionary(
      labels.compactMap { label in Double(label.text).map { ($0, label.number("y") - 4) } },
      uniquingKeysWith: { first, _ in first })
    #expect(heights.count >= 3)
    let lines = tree.all("line", class: "grid").map { $0.number("y1") }
    for (value, height) in heights {
      #expect(abs(height - (frame.bottom + value / 100 * (frame.top - frame.bottom))) < 0.011)
      #expect(lines.contains { abs($0 - height) < 0.011 })
    }
  }

  @Test func whatIsNoNumberIsAGapAndMarked() throws {
    let points = [1, 2, Double.nan, 3, 4, .infinity, 5].enumerated().map { ChartPoint(Double($0), $1) }
    let tree = try drawing(Axis("y"), [LineChart.Series("s", points)])
    let path = try #require(
      tree.all("path", class: "line").compactMap { $0.attributes["d"] }.last { $0.contains("L") })
    #expect(path.filter { $0 == "M" }.count == 3)
    // The last point stands alone: a dot.
    #expect(path.hasSuffix("h0"))
    let frame = try Frame(tree)
    let crosses = tree.children.filter { $0.attributes["class"] == "line gap" }
    #expect(crosses.count == 2)
    let x = frame.left + 2.0 / 6 * (frame.right - frame.left) - 4
    #expect(try abs(#require(numbers(crosses[0].attributes["d"] ?? "").first) - x) < 0.011)
    #expect(tree.text.contains("no finite number"))
  }

  @Test func zeroIsAGapOfALogarithmicAxis() throws {
    let points = [ChartPoint(0, 1), ChartPoint(1, 0), ChartPoint(2, 10)]
    let tree = try drawing(Axis("y", .logarithmic), [LineChart.Series("s", points)])
    #expect(tree.text.contains("no positive number"))
    #expect(tree.children.filter { $0.attributes["class"] == "line gap" }.count == 1)
  }

  @Test func endsAndExtremesAreLabelled() throws {
    let points = [5, 2.25, 3, 9, 4.125].enumerated().map { ChartPoint(Double($0) * 100, $1) }
    let tree = try drawing(
      Axis("y"), [LineChart.Series("s", points, labelsMinimum: true, labelsMaximum: true)])
    let texts = tree.all("text").map(\.text)
    #expect(texts.contains("lowest 2.250 at 100"))
    #expect(texts.contains("highest 9.000 at 300"))
    #expect(texts.contains("4.125"))
    let frame = try Frame(tree)
    let rings = tree.all("circle").filter { $0.number("r") == 5.5 }
    #expect(rings.count == 2)
    #expect(abs(rings[0].number("cx") - (frame.left + (frame.right - frame.left) / 4)) < 0.011)
    #expect(abs(rings[0].number("cy") - frame.bottom) < 0.011)
  }

  @Test func labelsAtTheEndDoNotCover() throws {
    let series = (0..<4).map { index in
      LineChart.Series(
        "s\(index)", [ChartPoint(0, 0), ChartPoint(1, 5 + Double(index) * 0.001)], color: index)
    }
    let frame = try Frame(drawing(Axis("y"), series))
    let heights = try drawing(Axis("y"), series).all("circle").filter { $0.number("cx") > frame.right }
      .map { $0.number("cy") }.sorted()
    #expect(heights.count == 4)
    #expect(zip(heights, heights.dropFirst()).allSatisfy { $1 - $0 >= 14.9 })
    #expect(heights.allSatisfy { $0 >= 0 && $0 <= frame.bottom + 0.01 })
  }

  @Test func smoothedLinesAreDrawnOverTheirPoints() throws {
    let points = (0..<100).map { ChartPoint(Double($0), $0.isMultiple(of: 2) ? 0 : 1) }
    let tree = try drawing(Axis("y"), [LineChart.Series("s", points, smoothingSpan: 20)])
    let curves = tree.children.filter { $0.name == "path" }
    #expect(curves.map { $0.attributes["class"] } == ["line raw", "line"])
    #expect(tree.text.contains("moving average (span 20)"))
    // The average of zeros and ones in turn is near a half, though the points are not.
    let frame = try Frame(tree)
    let last = try #require(numbers(curves[1].attributes["d"] ?? "").last)
    #expect(abs(last - (frame.top + frame.bottom) / 2) < 0.06 * (frame.bottom - frame.top))
  }

  @Test func whatIsBeforeTheStartCountsOnlyInTheAverage() throws {
    let points = (0..<100).map { ChartPoint(Double($0), $0 < 50 ? 100 : 0) }
    let tree = try drawing(Axis("y"), [LineChart.Series("s", points, smoothingSpan: 9, start: 50)])
    let curves = tree.children.filter { $0.name == "path" }
    #expect(numbers(curves[0].attributes["d"] ?? "").count == 100)
    let frame = try Frame(tree)
    // After one zero the average of a hundred is still 80, the highest there is: 1 − 2 ÷ (9 + 1).
    #expect(abs(numbers(curves[1].attributes["d"] ?? "")[1] - frame.top) < 0.02)
    let readouts = tree.all("g", class: "readout")
    #expect(readouts.first?.text.contains("average 80.00") == true)
  }

  @Test func marksAreWhereTheyHappened() throws {
    let points = [ChartPoint(0, 1), ChartPoint(100, 2)]
    let chart = LineChart(
      summary: "s", x: Axis("step"), y: Axis("y"), series: [LineChart.Series("s", points)],
      marks: [
        LineChart.Mark(25, label: "resumed"), LineChart.Mark(75, label: "left out", isLine: false),
        LineChart.Mark(80, label: "left out", isLine: false),
      ], size: size)
    let tree = try XMLTree.parse(chart.svg.markup)
    let frame = try Frame(tree)
    let line = try #require(tree.all("line", class: "mark").first)
    #expect(abs(line.number("x1") - (frame.left + (frame.right - frame.left) / 4)) < 0.011)
    // Two triangles, and one in the legend.
    #expect(tree.all("polygon").count == 3)
    #expect(tree.all("text").filter { $0.text == "left out" }.count == 1)
  }

  @Test func whatIsPointedAtIsRead() throws {
    let points = (0...1000).map { ChartPoint(Double($0), 0.5 + Double($0)) }
    let tree = try drawing(Axis("y"), [LineChart.Series("loss", points)])
    let frame = try Frame(tree)
    let strips = tree.all("g", class: "readout")
    #expect(strips.count > 30)
    for strip in strips {
      let area = try #require(strip.all("rect").first)
      let middle =
        (area.number("x") + area.number("width") / 2 - frame.left) / (frame.right - frame.left) * 1000
      let texts = strip.all("text").map(\.text)
      let step = try #require(
        texts.first.flatMap { Double($0.replacing("step ", with: "").replacing(",", with: "")) })
      #expect(abs(step - middle) <= 0.51)
      let value = try #require(
        texts.last.flatMap { Double($0.replacing("loss ", with: "").replacing(",", with: "")) })
      #expect(abs(value - step - 0.5) <= value * 5e-4)
    }
  }

  @Test func awkwardSeriesAreWellFormed() throws {
    let least = Double.leastNonzeroMagnitude
    let lists: [[Double]] = [
      [], [1], [.nan], [.nan, .infinity], [0, 0, 0], [-1, -2], [1e308, -1e308, 5e307], [1e-300, 1],
      [least * 1000, 1e308], [0, least], [least], [1, 1.0000000000000002],
      Array(repeating: 2, count: 5000),
    ]
    for values in lists {
      let points = values.enumerated().map { ChartPoint(Double($0), $1) }
      for kind in [Scale.Kind.linear, .logarithmic] {
        for (width, height) in [(600.0, 300.0), (60, 40)] {
          let chart = LineChart(
            summary: "<&\">", x: Axis("</text>"), y: Axis("\u{1B}", kind, including: 0, padding: 0.04),
            series: [
              LineChart.Series(
                "a&b", points, smoothingSpan: 5, hasMarkers: true, labelsMinimum: true, labelsMaximum: true)
            ], marks: [LineChart.Mark(0, label: "<script>")], size: ChartSize(width: width, height: height))
          let tree = try XMLTree.parse(chart.svg.standaloneSVG(chart.size))
          #expect(tree.attributes["aria-label"] == "<&\">")
          #expect(tree.all("script").isEmpty)
        }
      }
    }
  }

  @Test func longSeriesAreThinnedOut() throws {
    var points = (0..<100_000).map { ChartPoint(Double($0), 1) }
    points[54_321].y = 9
    let tree = try drawing(Axis("y"), [LineChart.Series("s", points)])
    let frame = try Frame(tree)
    let places = try places(tree)
    #expect(places.count <= 1000)
    #expect(places.contains { abs($0.y - frame.top) < 0.011 })
  }

  private func drawing(_ y: Axis, _ series: [LineChart.Series]) throws -> XMLTree {
    try XMLTree.parse(
      LineChart(summary: "s", x: Axis("step"), y: y, series: series, size: size).svg.markup)
  }

  /// The points of the longest line.
  private func places(_ tree: XMLTree) throws -> [(x: Double, y: Double)] {
    let paths = tree.children.filter { $0.name == "path" }.compactMap { $0.attributes["d"] }
    let all = numbers(try #require(paths.max { $0.count < $1.count }))
    return stride(from: 0, to: all.count - 1, by: 2).map { (all[$0], all[$0 + 1]) }
  }

  private func numbers(_ path: String) -> [Double] {
    path.split { "MLlmh ".contains($0) }.compactMap { Double($0) }
  }

  /// Where a drawing's axes are.
  private struct Frame {
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    init(_ tree: XMLTree) throws {
      let axis = try #require(tree.all("line", class: "axis").first)
      (left, right, bottom) = (axis.number("x1"), axis.number("x2"), axis.number("y1"))
      top = try #require(tree.all("g", class: "readout").first?.all("rect").first).number("y")
    }
  }
}
