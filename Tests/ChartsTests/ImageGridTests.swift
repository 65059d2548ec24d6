import GPT2Charts
import Foundation
import TestSupport
import Testing

/// Grids of small images.
@Suite struct ImageGridTests {
  private let ramp = ColorRamp([0x00_0000, 0xFF_FFFF])

  @Test func pixelsHaveTheColoursOfTheirValues() throws {
    let grid = ImageGrid(
      summary: "two", images: [.init([[0, 1, 1], [0.5, .nan, 7]], caption: "<a>", detail: "first")],
      columns: 4,
      domain: 0...1, ramp: ramp, pixelSize: 5)
    let tree = try XMLTree.parse(grid.svg.markup)
    let paths = tree.all("path").map { [$0.attributes["fill"] ?? "", $0.attributes["d"] ?? ""] }
    // Neighbours of one colour are one; what is beyond the domain has its end's colour; NaN has none.
    #expect(
      paths == [
        ["#000000", "M0 0h1v1h-1z"], ["#808080", "M0 1h1v1h-1z"], ["#FFFFFF", "M1 0h2v1h-2zM2 1h1v1h-1z"],
      ])
    #expect(tree.all("text").map(\.text) == ["<a>"])
    #expect(tree.all("title").map(\.text) == ["first"])
  }

  @Test func imagesLieInRowsOfEqualTiles() throws {
    let images = (0..<5).map { ImageGrid.Image([[0, 1], [1, 0]], caption: "\($0)") }
    let grid = ImageGrid(summary: "", images: images, columns: 2, domain: 0...1, ramp: ramp, pixelSize: 10)
    let places = try XMLTree.parse(grid.svg.markup).all("text").map { [$0.number("x"), $0.number("y")] }
    #expect(Set(places.map { $0[0] }).count == 2 && Set(places.map { $0[1] }).count == 3)
    for (index, place) in places.enumerated() {
      #expect(place == [index % 2 == 0 ? 10 : 40, 35 + Double(index / 2) * 50])
    }
    #expect(grid.size == ChartSize(width: 50, height: 140))
  }

  @Test func awkwardGridsAreWellFormed() throws {
    for values in [[], [[]], [[Double.infinity]], [[1e308, -1e308]]] as [[[Double]]] {
      for domain in [0...0, -1e308...1e308] {
        let grid = ImageGrid(
          summary: "&", images: [.init(values, caption: "")], columns: 3, domain: domain, ramp: ramp)
        _ = try XMLTree.parse(grid.svg.standaloneSVG(grid.size))
      }
    }
    let empty = ImageGrid(summary: "", images: [], columns: 3, domain: 0...1, ramp: ramp)
    #expect(empty.size.width > 0 && empty.size.height > 0)
  }
}
