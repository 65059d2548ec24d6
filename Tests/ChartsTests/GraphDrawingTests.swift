import GPT2Charts
import Foundation
import TestSupport
import Testing

@Suite struct GraphDrawingTests {
  private struct Box {
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    init(_ rectangle: XMLTree) {
      left = rectangle.number("x")
      right = left + rectangle.number("width")
      top = rectangle.number("y")
      bottom = top + rectangle.number("height")
    }

    /// By more than what rounding to hundredths does.
    func contains(x: Double, y: Double) -> Bool {
      x > left + 0.02 && x < right - 0.02 && y > top + 0.02 && y < bottom - 0.02
    }

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  /// Random graphs without cycles, of so many nodes.
  private static func random(_ count: Int, seed: UInt64) -> GraphDrawing {
    var random = SeededRandom(seed: seed)
    let nodes = (0..<count).map { index in
      GraphDrawing.Node(
        String(repeating: "n", count: Int.random(in: 1...9, using: &random)),
        lines: Array(repeating: "line", count: index % 3), style: index.isMultiple(of: 2) ? index : nil)
    }
    let edges = (1..<max(count, 2)).flatMap { to in
      (0..<Int.random(in: 0...3, using: &random)).map { _ in
        GraphDrawing.Edge(from: Int.random(in: 0..<to, using: &random), to: to)
      }
    }
    return GraphDrawing(summary: "a graph", nodes: nodes, edges: count > 1 ? edges : [])
  }

  @Test(arguments: [1, 2, 3, 7, 20, 60], [1, 2, 3])
  func nothingOverlapsAndEdgesRunBetweenTheBoxes(count: Int, seed: UInt64) throws {
    let graph = Self.random(count, seed: seed)
    let tree = try XMLTree.parse(graph.svg.markup)
    let boxes = tree.all("rect").map { Box($0) }
    #expect(boxes.count == count)
    for (index, box) in boxes.enumerated() {
      #expect(box.left >= 0 && box.top >= 0)
      #expect(box.right <= graph.size.width && box.bottom <= graph.size.height)
      #expect(!boxes[..<index].contains { $0.overlaps(box) })
    }
    let paths = tree.all("path").map { Self.points($0.attributes["d"] ?? "") }
    #expect(paths.count == graph.edges.count)
    for (path, edge) in zip(paths, graph.edges) {
      let (first, last) = (try #require(path.first), try #require(path.last))
      #expect(abs(first.x - boxes[edge.from].right) < 0.02 && abs(last.x - boxes[edge.to].left) < 0.02)
      #expect(first.y > boxes[edge.from].top && first.y < boxes[edge.from].bottom)
      #expect(last.y > boxes[edge.to].top && last.y < boxes[edge.to].bottom)
      #expect(zip(path, path.dropFirst()).allSatisfy { $0.x <= $1.x + 0.011 })
      #expect(!path.contains { point in boxes.contains { $0.contains(x: point.x, y: point.y) } })
    }
  }

  /// Many points along a path of M, C and L with absolute coordinates.
  private static func points(_ path: String) -> [ChartPoint] {
    var points: [ChartPoint] = []
    for command in path.matches(of: /([MCL])([^MCL]*)/) {
      let numbers = command.2.split(separator: " ").compactMap { Double($0) }
      let ends = stride(from: 0, to: numbers.count, by: 2).map { ChartPoint(numbers[$0], numbers[$0 + 1]) }
      guard let start = points.last else {
        points += ends
        continue
      }
      // A line is the curve whose handles are on its ends.
      let controls = [start] + (ends.count == 3 ? ends : [start, ends[0], ends[0]])
      for step in 1...50 {
        let t = Double(step) / 50
        let weights = [
          (1 - t) * (1 - t) * (1 - t), 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t), t * t * t,
        ]
        points.append(
          ChartPoint(
            zip(weights, controls).reduce(0) { $0 + $1.0 * $1.1.x },
            zip(weights, controls).reduce(0) { $0 + $1.0 * $1.1.y }))
      }
    }
    return points
  }

  @Test func aChainIsAStraightLineAndATreeDoesNotCross() throws {
    let chain = GraphDrawing(
      summary: "s", nodes: (0..<4).map { .init("\($0)") }, edges: (0..<3).map { .init(from: $0, to: $0 + 1) })
    let boxes = try XMLTree.parse(chain.svg.markup).all("rect")
    #expect(Set(boxes.map { $0.number("y") }).count == 1)
    #expect(boxes.map { $0.number("x") } == boxes.map { $0.number("x") }.sorted())

    // Leaves listed so that, drawn as they come, the edges would cross.
    let tree = GraphDrawing(
      summary: "s", nodes: (0..<7).map { .init("\($0)") },
      edges: [(0, 4), (1, 5), (2, 4), (3, 5), (4, 6), (5, 6)].map { .init(from: $0.0, to: $0.1) })
    let y = try XMLTree.parse(tree.svg.markup).all("rect").map { $0.number("y") }
    #expect(max(y[0], y[2]) < min(y[1], y[3]) || max(y[1], y[3]) < min(y[0], y[2]))
    #expect((y[4] < y[5]) == (y[0] < y[1]))
  }

  @Test func labelsOfEdgesHaveRoomBetweenTheBoxes() throws {
    let label = "a label that is quite long"
    let drawing = GraphDrawing(
      summary: "s", nodes: [.init("a"), .init("b"), .init("c")],
      edges: [.init(from: 0, to: 2, label: label), .init(from: 1, to: 2)])
    let tree = try XMLTree.parse(drawing.svg.markup)
    let texts = tree.all("g", class: "edge").map { $0.all("text") }
    #expect(texts.map { $0.map(\.text) } == [[label], []])
    let boxes = tree.all("rect")
    let (start, end) = (boxes[0].number("x") + boxes[0].number("width"), boxes[2].number("x"))
    let text = try #require(texts[0].first)
    #expect(text.number("x") > start)
    #expect(text.number("x") + 5.5 * Double(label.count) < end)
  }

  @Test func awkwardGraphsAreWellFormed() throws {
    let none = GraphDrawing(summary: "&", nodes: [], edges: [])
    #expect(try XMLTree.parse(none.svg.markup).all("rect").isEmpty)
    let double = GraphDrawing(
      summary: "s", nodes: [.init("<a>"), .init("b&", lines: ["<"])],
      edges: [.init(from: 0, to: 1), .init(from: 0, to: 1)])
    let tree = try XMLTree.parse(double.svg.markup)
    #expect(tree.all("path").count == 1)
    #expect(tree.all("text").map(\.text) == ["<a>", "b&", "<"])
  }
}
