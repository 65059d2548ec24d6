import GPT2Charts
import Foundation
import TestSupport
import Testing

/// Heat maps, scatter plots and colours.
@Suite struct PlaneTests {
  @Test func aRampIsStraightBetweenItsColours() {
    let ramp = ColorRamp([0x00_0000, 0x64_C832, 0xFF_FFFF])
    #expect(ramp.color(0) == "#000000")
    #expect(ramp.color(0.25) == "#326419")
    #expect(ramp.color(0.5) == "#64C832")
    #expect(ramp.color(1) == "#FFFFFF")
    #expect(ramp.color(-3) == "#000000" && ramp.color(7) == "#FFFFFF" && ramp.color(.nan) == "#000000")
  }

  @Test func theSequentialRampOnlyGetsLighter() {
    let lumas = (0...100).map { place -> Double in
      let color = Int(ColorRamp.sequential.color(Double(place) / 100).dropFirst(), radix: 16) ?? -1
      let parts = [color >> 16 & 255, color >> 8 & 255, color & 255].map(Double.init)
      return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
    #expect(zip(lumas, lumas.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func seriesHaveTheColoursOfOkabeAndIto() {
    let published: Set = [
      "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
    ]
    let used = (0..<6).map { String(Palette.series($0).dropFirst("var(--series-0,".count).dropLast()) }
    #expect(Set(used).count == 6)
    #expect(Set(used).isSubset(of: published))
    #expect(Palette.series(6) == Palette.series(0) && Palette.series(-1) == Palette.series(5))
    let inStyleSheet = Palette.styleSheet.matches(of: /--series-\d:(#[0-9A-F]{6})/).map { String($0.1) }
    #expect(inStyleSheet.count == 12)
    #expect(Set(inStyleSheet).isSubset(of: published))
  }

  @Test func cellsHaveTheColoursOfTheirValues() throws {
    let map = HeatMap(
      summary: "attention", values: [[0, 0.5, 1], [0.25, .nan, 1]], rowLabels: ["to", "be"],
      columnLabels: ["a", "b<", "c"], rowTitle: "from", columnTitle: "to", valueTitle: "weight",
      ramp: ColorRamp([0x00_0000, 0xFF_FFFF]), decimals: 2, cellSize: 30)
    let tree = try XMLTree.parse(map.svg.markup)
    let cells = tree.children.filter { $0.name == "rect" }
    #expect(
      cells.map { $0.attributes["fill"] } == ["#000000", "#808080", "#FFFFFF", "#404040", "none", "#FFFFFF"])
    #expect(abs(cells[1].number("x") - cells[0].number("x") - 30) < 1e-9)
    #expect(abs(cells[3].number("y") - cells[0].number("y") - 30) < 1e-9)
    #expect(cells[1].text == "to, b<: 0.5000")
    #expect(cells[4].text.hasSuffix("NaN"))
    #expect(tree.children.filter { $0.attributes["class"] == "line gap" }.count == 1)
    // What is written on dark is white, on light black.
    let inks = tree.children.filter { $0.text == "0.00" || $0.text == "1.00" }.map {
      $0.attributes["style"] ?? ""
    }
    #expect(inks.map { $0.contains("#ffffff") } == [true, false, false])
  }

  @Test func awkwardTablesAreWellFormed() throws {
    for values in [[], [[]], [[1]], [[Double.nan, .infinity]], [[1e308, -1e308]]] {
      let map = HeatMap(summary: "&", values: values)
      let tree = try XMLTree.parse(map.svg.markup)
      #expect(tree.all("rect").count == 32 + values.joined().count)
    }
  }

  @Test func aScatterPlotHasEveryPointOnceInTheShapeOfItsGroup() throws {
    let groups = [
      ScatterPlot.Group("round", [ChartPoint(0, 0), ChartPoint(4, 2)], style: 0),
      ScatterPlot.Group(
        "square", [ChartPoint(1, 1), ChartPoint(2, .nan)], names: ["<one>", "none"], style: 1),
    ]
    let plot = ScatterPlot(
      summary: "s", x: Axis("x"), y: Axis("y"), groups: groups, size: ChartSize(width: 400, height: 300))
    let tree = try XMLTree.parse(plot.svg.markup)
    let circles = tree.children.filter { $0.name == "circle" }
    let squares = tree.children.filter { $0.name == "polygon" }
    #expect(circles.count == 2 && squares.count == 1)
    #expect(squares.first?.text == "<one> (1.000, 1.000)")
    let axis = try #require(tree.all("line", class: "axis").first)
    #expect(circles.map { $0.number("cx") } == [axis.number("x1"), axis.number("x2")])
    #expect(circles.first?.number("cy") == axis.number("y1"))
  }

  @Test func regionsLieBehindAndEqualNeighboursAreOne() throws {
    let regions = ScatterPlot.Regions(x: 0...4, y: 0...2, styles: [[0, 0, 1, 1], [0, nil, nil, 1]])
    let plot = ScatterPlot(
      summary: "s", x: Axis("x"), y: Axis("y"), groups: [], regions: regions,
      size: ChartSize(width: 400, height: 300))
    let tree = try XMLTree.parse(plot.svg.markup)
    let cells = try #require(tree.all("g", class: "regions").first).children
    #expect(cells.count == 4)
    let axis = try #require(tree.all("line", class: "axis").first)
    let (left, width) = (axis.number("x1"), axis.number("x2") - axis.number("x1"))
    #expect(abs(cells[0].number("x") - left) < 0.011 && abs(cells[0].number("width") - width / 2) < 0.011)
    #expect(abs(cells[0].number("y") + cells[0].number("height") - axis.number("y1")) < 0.011)
    #expect(abs(cells[3].number("x") - left - width * 3 / 4) < 0.011)
  }

  @Test func curvesLieOverThePointsAndMakeRoom() throws {
    let curve = ScatterPlot.Curve(
      "an <edge>", [ChartPoint(-4, 0), ChartPoint(4, 8), ChartPoint(.nan, 1)], style: 2)
    var plot = ScatterPlot(
      summary: "", x: Axis("x"), y: Axis("y"), groups: [.init("a", [ChartPoint(0, 4)], style: 0)],
      curves: [curve, .init("nothing", [], style: 0)], size: ChartSize(width: 300, height: 300))
    let tree = try XMLTree.parse(plot.svg.markup)
    let paths = tree.all("path", class: "line")
    #expect(paths.count == 2 && paths[1].text == "an <edge>")
    #expect(paths[1].attributes["style"]?.contains(Palette.series(2)) == true)
    // The only point is in the middle of the line, which spans the frame.
    let ends = (paths[1].attributes["d"] ?? "").split { "ML ".contains($0) }.compactMap { Double($0) }
    let circle = try #require(tree.all("circle", class: "halo").last)
    #expect(ends.count == 4)
    #expect(abs((ends[0] + ends[2]) / 2 - circle.number("cx")) < 0.02)
    #expect(abs((ends[1] + ends[3]) / 2 - circle.number("cy")) < 0.02)
    let names = tree.children.map { $0.name }
    #expect(try #require(names.lastIndex(of: "circle")) < (try #require(names.lastIndex(of: "path"))))
    plot.pointsAreOnTop = true
    let other = try XMLTree.parse(plot.svg.markup).children.map { $0.name }
    #expect(try #require(other.lastIndex(of: "circle")) > (try #require(other.lastIndex(of: "path"))))
  }
}
