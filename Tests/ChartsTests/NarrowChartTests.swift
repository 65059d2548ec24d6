import GPT2Charts
import TestSupport
import Testing

/// What charts do for narrow screens, and what can be read on them.
@Suite struct NarrowChartTests {
  private let points = (0..<3000).map { ChartPoint(Double($0), Double($0 % 7)) }

  @Test func chartsAreDrawnAnewAndKeepTheSizeOfTheirText() throws {
    let line = LineChart(
      summary: "line", x: Axis("x"), y: Axis("y"), series: [.init("s", points)],
      size: ChartSize(width: 1080, height: 360))
    let narrow = try #require(line.narrowed(to: 340))
    #expect(narrow.size == ChartSize(width: 340, height: 260))
    let viewBox = try XMLTree.parse(narrow.svg.markup).attributes["viewBox"]
    #expect(viewBox == "0 0 340 260")
    #expect(narrow.svg.markup.utf8.count < line.svg.markup.utf8.count)

    let plane = ScatterPlot(
      summary: "plane", x: Axis("x"), y: Axis("y"), groups: [.init("g", [ChartPoint(0, 0)], style: 0)],
      size: ChartSize(width: 520, height: 416))
    #expect(plane.narrowed(to: 340)?.size == ChartSize(width: 340, height: 272))
    func bars(_ names: [String]) -> (any Chart)? {
      BarChart(
        summary: "bars", title: "", categories: names, y: Axis("y"),
        series: [.init("s", names.map { _ in 1 }, color: 0)], size: ChartSize(width: 860, height: 220)
      ).narrowed(to: 340)
    }
    #expect(bars((0..<27).map { _ in "a" })?.size == ChartSize(width: 340, height: 220))
    #expect(bars((0..<7).map { _ in "100–299" }) == nil, "names that would collide")
    #expect(HeatMap(summary: "map", values: [[1]]).narrowed(to: 340) == nil)
  }

  @Test func imagesAreInFewerColumns() throws {
    let grid = ImageGrid(
      summary: "grid", images: (0..<10).map { .init([[0.5]], caption: "\($0)") }, columns: 10, domain: 0...1,
      pixelSize: 50)
    let narrow = try #require(grid.narrowed(to: 340))
    // Six of 50 and five gaps of 10; a seventh would make 410.
    #expect(grid.size.width == 590 && narrow.size.width == 350)
    #expect(try XMLTree.parse(narrow.svg.markup).all("g", class: "image").count == 10)
  }

  @Test func labelsOfColumnsStandUprightWhereTheyFit() throws {
    func map(_ labels: [String]) throws -> XMLTree {
      try XMLTree.parse(
        HeatMap(summary: "map", values: [labels.map { _ in 0.5 }], columnLabels: labels, cellSize: 14).svg
          .markup)
    }
    let letters = try map(["a", "b"]).children.filter { $0.name == "text" && ["a", "b"].contains($0.text) }
    #expect(letters.count == 2 && letters.allSatisfy { $0.attributes["transform"] == nil })
    #expect(letters.map { $0.number("x") }.map { $0 - letters[0].number("x") } == [0, 14])
    let words = try map(["a", "space"]).children.filter {
      $0.name == "text" && ["a", "space"].contains($0.text)
    }
    #expect(words.map { $0.attributes["transform"]?.hasSuffix("rotate(-90)") ?? false } == [false, true])
  }

  @Test func namesAreWrittenInPlaceOfSymbols() throws {
    let plot = ScatterPlot(
      summary: "letters", x: Axis("x"), y: Axis("y"),
      groups: [
        .init("vowel", [ChartPoint(0, 0), ChartPoint(1, 1)], names: ["a", "<"], isWritten: true, style: 1),
        .init("other", [ChartPoint(2, 0)], style: 0),
      ], regions: .init(x: -1...3, y: -1...2, styles: [[nil]]), size: ChartSize(width: 520, height: 400))
    let tree = try XMLTree.parse(plot.svg.markup)
    let words = tree.children.filter { $0.name == "text" }
    #expect(words.map { $0.attributes["text-anchor"] } == ["middle", "middle"])
    #expect(words.map(\.text) == ["aa (0, 0)", "<< (1.000, 1.000)"], "each with its title")
    #expect(tree.children.filter { $0.name == "circle" }.count == 1)

    // Where a script finds the plane: the words' places follow from it.
    let regions = try #require(tree.children.first { $0.attributes["class"] == "regions" })
    let box = (regions.attributes["data-box"] ?? "").split(separator: " ").compactMap { Double($0) }
    try #require(box.count == 4)
    for (word, point) in zip(words, [ChartPoint(0, 0), ChartPoint(1, 1)]) {
      #expect(abs(word.number("x") - (box[0] + (point.x + 1) / 4 * box[2])) < 0.02)
      #expect(abs(word.number("y") - 5 - (box[1] + (2 - point.y) / 3 * box[3])) < 0.02)
    }
  }
}
