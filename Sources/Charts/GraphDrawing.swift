/// A directed graph without cycles, from left to right: what is computed from what.
///
/// Drawn in layers after Sugiyama, Tagawa and Toda (1981); `LayeredLayout` says how.
package struct GraphDrawing: Sendable {
  package struct Node: Sendable {
    /// Its name, or what it does.
    package var title: String
    /// Below the title.
    package var lines: [String]
    /// Which colour of the palette it is tinted in, if any.
    package var style: Int?

    package init(_ title: String, lines: [String] = [], style: Int? = nil) {
      self.title = title
      self.lines = lines
      self.style = style
    }
  }

  /// From one node to another, by their places in the list.
  package struct Edge: Sendable, Hashable {
    package var from: Int
    package var to: Int
    /// Beside its beginning, if anything.
    package var label: String

    package init(from: Int, to: Int, label: String = "") {
      self.from = from
      self.to = to
      self.label = label
    }
  }

  package let summary: String
  package let nodes: [Node]
  package let edges: [Edge]
  private let layout: LayeredLayout

  /// - Parameter edges: Between nodes of the list, and without a cycle. Several alike between the same two are one.
  package init(summary: String, nodes: [Node], edges: [Edge]) {
    self.summary = summary
    self.nodes = nodes
    var known = Set<Edge>()
    self.edges = edges.filter { known.insert($0).inserted }
    let labels = self.edges.map { $0.label.isEmpty ? 0 : TextMetrics.width($0.label) + 4 }
    layout = LayeredLayout(
      sizes: nodes.map(Self.size), edges: self.edges, roomForLabels: labels.max() ?? 0)
  }

  package var size: ChartSize { layout.size }

  private static let lineHeight = 15.0

  private static func size(_ node: Node) -> ChartSize {
    let width = ([node.title] + node.lines).map(TextMetrics.width).max() ?? 0
    return ChartSize(width: width + 16, height: Double(node.lines.count + 1) * lineHeight + 8)
  }

  /// The drawing: an `svg` element, which wants the style sheet of `Palette`.
  package var svg: Element {
    Figure.svg(size, summary: summary, zip(layout.routes, edges).map(arrow) + nodes.indices.map(box))
  }

  private func box(_ index: Int) -> Element {
    let (node, size, centre) = (nodes[index], Self.size(nodes[index]), layout.centres[index])
    let (left, top) = (centre.x - size.width / 2, centre.y - size.height / 2)
    let fill = node.style.map { "fill:\(Palette.series($0));fill-opacity:.18" } ?? "fill:none"
    let frame = Element(
      "rect",
      [
        "x": left, "y": top, "width": size.width, "height": size.height, "rx": 5.0, "class": "axis",
        "style": fill,
      ])
    let texts = ([node.title] + node.lines).enumerated().map { row, text in
      Element(
        "text",
        [
          "x": centre.x, "y": top + Double(row + 1) * Self.lineHeight, "text-anchor": "middle",
          "class": row == 0 ? "title" : "quiet", "style": row == 0 ? "font-weight:600" : "",
        ], text: text)
    }
    return Element("g", ["class": "node"], [frame] + texts)
  }

  /// A curve through the places that the layout reserved for it, level at each, with a head at its end.
  private func arrow(_ route: [LayeredLayout.Segment], _ edge: Edge) -> Element {
    var path = ""
    var previous: ChartPoint?
    for segment in route {
      let (start, end) = (segment.start, segment.end)
      if let previous {
        let middle = NumberText.coordinate((previous.x + start.x) / 2)
        path +=
          "C\(middle) \(NumberText.coordinate(previous.y)) \(middle) \(NumberText.coordinate(start.y)) "
          + Self.place(start)
      } else {
        path += "M" + Self.place(start)
      }
      if end.x > start.x { path += "L" + Self.place(end) }
      previous = end
    }
    let tip = previous ?? ChartPoint(0, 0)
    let corners = [(-6.0, -3.0), (0, 0), (-6, 3)].map { Self.place(ChartPoint(tip.x + $0.0, tip.y + $0.1)) }
    let head = Element("polygon", ["points": corners.joined(separator: " "), "fill": "currentColor"])
    let line = Element("path", ["d": path, "class": "axis", "fill": "none"])
    guard !edge.label.isEmpty, let start = route.first?.start else {
      return Element("g", ["class": "edge"], [line, head])
    }
    let label = Element(
      "text", ["x": start.x + 4, "y": start.y - 5, "class": "named"], text: edge.label)
    return Element("g", ["class": "edge"], [line, head, label])
  }

  private static func place(_ point: ChartPoint) -> String {
    "\(NumberText.coordinate(point.x)) \(NumberText.coordinate(point.y))"
  }
}

extension GraphDrawing: Chart {}
