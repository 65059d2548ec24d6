/// Width and height of a drawing, in the units of SVG that its text is 12 high in.
package struct ChartSize: Equatable, Sendable {
  package var width: Double
  package var height: Double

  package init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }
}

/// The rectangle in which a chart draws its points, with what is around it: axes, grid, ticks and titles.
package struct PlotFrame: Sendable {
  package let size: ChartSize
  package let x: Scale
  package let y: Scale

  var left: Double { x.start }
  var right: Double { x.end }
  var top: Double { y.end }
  var bottom: Double { y.start }

  var titleWidth: Double { TextMetrics.width(yTitle) }

  private let xTitle: String
  private let yTitle: String
  private let xTicks: [Tick]
  private let yTicks: [Tick]

  /// Takes as much room at the sides as the labels need.
  ///
  /// - Parameters:
  ///   - xs: What the horizontal axis shows; `ys` likewise.
  ///   - above: Room to keep free above, for a legend; `rightOf` likewise, for labels.
  package init(
    size: ChartSize, x: Axis, y: Axis, xs: [Double], ys: [Double], above: Double = 0, rightOf: Double = 16
  ) {
    self.size = size
    xTitle = x.title
    yTitle = y.title
    let (top, bottom) = (above + 26, size.height - 38)
    self.y = y.scale(for: ys, from: bottom, to: top)
    yTicks = y.ticks ?? self.y.ticks(max(2, Int((bottom - top) / 42)))
    let left = (yTicks.map { TextMetrics.width($0.label) }.max() ?? 0) + 12
    let right = max(size.width - rightOf, left + 10)
    self.x = x.scale(for: xs, from: left, to: right)
    let room = (right - left) / 64
    xTicks = x.ticks ?? self.x.ticks(max(2, Int(room)))
  }

  /// The grid, to be drawn below the points.
  package var grid: Element {
    let lines = yTicks.compactMap { tick in
      y.position(tick.value).map {
        Element("line", ["x1": left, "x2": right, "y1": $0, "y2": $0, "class": "grid"])
      }
    }
    return Element("g", ["class": "grid-lines"], lines)
  }

  /// Axes, ticks and titles.
  package var axes: Element {
    var parts = [Element("line", ["x1": left, "x2": right, "y1": bottom, "y2": bottom, "class": "axis"])]
    for tick in xTicks {
      guard let place = x.position(tick.value) else { continue }
      parts.append(
        Element("line", ["x1": place, "x2": place, "y1": bottom, "y2": bottom + 4, "class": "axis"]))
      parts.append(
        Element(
          "text", ["x": place, "y": bottom + 17, "text-anchor": "middle", "class": "quiet"], text: tick.label)
      )
    }
    for tick in yTicks {
      guard let place = y.position(tick.value) else { continue }
      parts.append(
        Element(
          "text", ["x": left - 7, "y": place + 4, "text-anchor": "end", "class": "quiet"], text: tick.label))
    }
    parts.append(Element("text", ["x": 0.0, "y": top - 12, "class": "quiet"], text: yTitle))
    parts.append(
      Element(
        "text", ["x": right, "y": size.height - 4, "text-anchor": "end", "class": "quiet"], text: xTitle))
    return Element("g", ["class": "axes"], parts)
  }

  /// A polyline through the points, broken wherever one has no place; `nil` if none has.
  package func path(_ points: [ChartPoint]) -> String? {
    var path = ""
    var run = 0
    for point in points {
      guard let x = x.position(point.x), let y = y.position(point.y) else {
        if run == 1 { path += "h0" }
        run = 0
        continue
      }
      let place = "\(NumberText.coordinate(x)) \(NumberText.coordinate(y))"
      path += (run == 0 ? "M" : run == 1 ? "L" : " ") + place
      run += 1
    }
    // A line of no length, so that a point with no neighbours is a dot.
    if run == 1 { path += "h0" }
    return path.isEmpty ? nil : path
  }
}

/// How wide text will be, as far as that can be known without a font.
enum TextMetrics {
  /// In sans-serif type of height 12: digits and lower-case letters are about 6.6 wide.
  static func width(_ text: String) -> Double { Double(text.count) * 6.6 }
}

/// Labels beside one another, none on top of another.
enum LabelPlacement {
  /// Heights as near to those wished for as they can be with `distance` between them and all inside `range`, if
  /// there is room.
  static func spread(_ wishes: [Double], distance: Double, in range: ClosedRange<Double>) -> [Double] {
    let order = wishes.indices.sorted { wishes[$0] < wishes[$1] }
    var places = wishes
    var least = range.lowerBound
    for index in order {
      places[index] = max(wishes[index], least)
      least = places[index] + distance
    }
    var most = range.upperBound
    for index in order.reversed() {
      places[index] = min(places[index], most)
      most = places[index] - distance
    }
    return places
  }
}

/// What each colour and shape means, in rows from left to right.
struct Legend {
  struct Entry {
    let name: String
    /// Drawn from about (0, 0) to (24, 0), and as far above as below.
    let symbol: Element
  }

  static let rowHeight = 20.0
  private let rows: [[(entry: Entry, x: Double)]]

  init(_ entries: [Entry], width: Double) {
    var rows: [[(entry: Entry, x: Double)]] = []
    var x = Double.infinity
    for entry in entries {
      let needed = TextMetrics.width(entry.name) + 42
      if x + needed > width {
        rows.append([])
        x = 0
      }
      rows[rows.count - 1].append((entry, x))
      x += needed
    }
    self.rows = rows
  }

  var height: Double { Double(rows.count) * Self.rowHeight }

  var element: Element {
    let parts = rows.enumerated().flatMap { row, entries in
      entries.map { entry, x in
        let place =
          "translate(\(NumberText.coordinate(x)) \(NumberText.coordinate((Double(row) + 0.5) * Self.rowHeight)))"
        return Element(
          "g", ["transform": place],
          [entry.symbol, Element("text", ["x": 26.0, "y": 4.0], text: entry.name)])
      }
    }
    return Element("g", ["class": "legend"], parts)
  }
}
