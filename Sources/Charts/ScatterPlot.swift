/// Points in a plane, in groups: examples of two classes, words by two of their coordinates.
package struct ScatterPlot: Sendable {
  package struct Group: Sendable {
    package var name: String
    package var points: [ChartPoint]
    /// What each point is, shown when it is pointed at; as many as points, or none.
    package var names: [String]
    /// Whether the names are written at the points, in place of symbols.
    package var isWritten: Bool
    /// Which colour of the palette, and which shape, so that colour is not all that tells groups apart.
    package var style: Int

    package init(
      _ name: String, _ points: [ChartPoint], names: [String] = [], isWritten: Bool = false, style: Int
    ) {
      precondition(names.count == points.count || names.isEmpty && !isWritten, "names for some points only")
      self.name = name
      self.points = points
      self.names = names
      self.isWritten = isWritten
      self.style = style
    }
  }

  /// What the plane is divided into, behind the points: for each cell of a lattice the style of a group, or `nil`.
  /// A classifier's decision boundary is where cells of one style end.
  package struct Regions: Sendable {
    package var x: ClosedRange<Double>
    package var y: ClosedRange<Double>
    /// Rows from the lowest y to the highest, each from the lowest x.
    package var styles: [[Int?]]

    package init(x: ClosedRange<Double>, y: ClosedRange<Double>, styles: [[Int?]]) {
      self.x = x
      self.y = y
      self.styles = styles
    }
  }

  /// A line through the plane, over the points: where a density has the same value, a fitted line.
  package struct Curve: Sendable {
    /// Shown when it is pointed at.
    package var name: String
    package var points: [ChartPoint]
    /// The colour of the group of that style.
    package var style: Int

    package init(_ name: String, _ points: [ChartPoint], style: Int) {
      self.name = name
      self.points = points
      self.style = style
    }
  }

  package var summary: String
  package var x: Axis
  package var y: Axis
  package var groups: [Group]
  package var curves: [Curve]
  package var regions: Regions?
  package var size: ChartSize
  /// Whether the points are drawn over the curves, for those that lie on them.
  package var pointsAreOnTop = false

  package init(
    summary: String, x: Axis, y: Axis, groups: [Group], curves: [Curve] = [], regions: Regions? = nil,
    size: ChartSize
  ) {
    self.summary = summary
    self.x = x
    self.y = y
    self.groups = groups
    self.curves = curves
    self.regions = regions
    self.size = size
  }

  /// The drawing: an `svg` element, which wants the style sheet of `Palette`. Points without a place are left out.
  package var svg: Element {
    let entries = groups.map {
      Legend.Entry(
        name: $0.name,
        symbol: $0.isWritten
          ? Self.word($0.names.first ?? "", $0.style, x: 13, y: 0) : Self.symbol($0.style, x: 13, y: 0))
    }
    let legend = Legend(entries, width: size.width)
    let points = groups.flatMap(\.points) + curves.flatMap(\.points)
    let edges = regions.map { ([$0.x.lowerBound, $0.x.upperBound], [$0.y.lowerBound, $0.y.upperBound]) }
    let frame = PlotFrame(
      size: size, x: x, y: y, xs: points.map(\.x) + (edges?.0 ?? []), ys: points.map(\.y) + (edges?.1 ?? []),
      above: legend.height)
    var parts = [legend.element]
    if let regions { parts.append(behind(regions, in: frame)) }
    parts += [frame.grid, frame.axes]
    let drawn = groups.flatMap { symbols(of: $0, in: frame) }
    let drawnCurves = curves.flatMap { lines(of: $0, in: frame) }
    parts += pointsAreOnTop ? drawnCurves + drawn : drawn + drawnCurves
    return Figure.svg(size, summary: summary, parts)
  }

  private func symbols(of group: Group, in frame: PlotFrame) -> [Element] {
    group.points.enumerated().compactMap { index, point in
      guard let x = frame.x.position(point.x), let y = frame.y.position(point.y) else { return nil }
      var symbol =
        group.isWritten
        ? Self.word(group.names[index], group.style, x: x, y: y) : Self.symbol(group.style, x: x, y: y)
      let place = "(\(NumberText.significant(point.x)), \(NumberText.significant(point.y)))"
      let name = group.names.isEmpty ? group.name : group.names[index]
      symbol.children.append(.element(Element("title", text: "\(name) \(place)")))
      return symbol
    }
  }

  /// A wide line in the surface's colour below the curve keeps it apart from points of its own.
  private func lines(of curve: Curve, in frame: PlotFrame) -> [Element] {
    guard let path = frame.path(curve.points) else { return [] }
    let halo = Element(
      "path", ["d": path, "class": "line", "style": "stroke:var(--surface,#ffffff);stroke-width:5"])
    let line = Element(
      "path",
      ["d": path, "class": "line", "style": "stroke:\(Palette.series(curve.style));stroke-width:2.5"],
      [Element("title", text: curve.name)])
    return [halo, line]
  }

  /// The cells; a script that draws others reads from `data-box` where: left, top, width and height.
  private func behind(_ regions: Regions, in frame: PlotFrame) -> Element {
    let box = [frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top]
      .map(NumberText.coordinate).joined(separator: " ")
    return Element("g", ["class": "regions", "data-box": box], cells(of: regions, in: frame))
  }

  /// Equal cells that lie side by side are one rectangle.
  private func cells(of regions: Regions, in frame: PlotFrame) -> [Element] {
    let height = (regions.y.upperBound - regions.y.lowerBound) / Double(regions.styles.count)
    var parts: [Element] = []
    for (row, styles) in regions.styles.enumerated() {
      let width = (regions.x.upperBound - regions.x.lowerBound) / Double(styles.count)
      let low = regions.y.lowerBound + Double(row) * height
      var start = 0
      while start < styles.count {
        let end = styles[start...].firstIndex { $0 != styles[start] } ?? styles.count
        defer { start = end }
        guard let style = styles[start],
          let left = frame.x.position(regions.x.lowerBound + Double(start) * width),
          let right = frame.x.position(regions.x.lowerBound + Double(end) * width),
          let bottom = frame.y.position(low), let top = frame.y.position(low + height)
        else { continue }
        parts.append(
          Element(
            "rect",
            [
              "x": left, "y": top, "width": right - left, "height": bottom - top,
              "shape-rendering": "crispEdges", "style": "fill:\(Palette.series(style));fill-opacity:.2",
            ]))
      }
    }
    return parts
  }

  /// Bold, and with the surface's colour around it, so that words on top of each other can be told apart.
  private static func word(_ text: String, _ style: Int, x: Double, y: Double) -> Element {
    let look = "fill:\(Palette.series(style));font-size:15px;font-weight:700"
    return Element(
      "text", ["x": x, "y": y + 5, "text-anchor": "middle", "class": "named", "style": look], text: text)
  }

  /// A circle, square, triangle or diamond, in turn; all of about the same area.
  private static func symbol(_ style: Int, x: Double, y: Double) -> Element {
    let corners: [(Double, Double)]
    switch (style % 4 + 4) % 4 {
    case 0: corners = []
    case 1: corners = [(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)]
    case 2: corners = [(0, -5), (4.5, 3.5), (-4.5, 3.5)]
    default: corners = [(0, -5), (5, 0), (0, 5), (-5, 0)]
    }
    let fill = "fill:\(Palette.series(style))"
    guard !corners.isEmpty else {
      return Element("circle", ["cx": x, "cy": y, "r": 4.0, "class": "halo", "style": fill])
    }
    let points = corners.map { "\(NumberText.coordinate(x + $0.0)),\(NumberText.coordinate(y + $0.1))" }
    return Element("polygon", ["points": points.joined(separator: " "), "class": "halo", "style": fill])
  }
}
