/// Small pictures of numbers side by side, each with a line below it: images of digits, the weights of neurons.
package struct ImageGrid: Sendable {
  package struct Image: Sendable {
    /// Rows from the top, each from the left; all of one length.
    package var values: [[Double]]
    package var caption: String
    /// Shown when it is pointed at.
    package var detail: String

    package init(_ values: [[Double]], caption: String, detail: String = "") {
      precondition(values.allSatisfy { $0.count == values.first?.count }, "rows of different lengths")
      self.values = values
      self.caption = caption
      self.detail = detail
    }
  }

  package var summary: String
  package var images: [Image]
  /// Images in a row.
  package var columns: Int
  /// What the ramp's ends stand for. What is no finite number is left open.
  package var domain: ClosedRange<Double>
  package var ramp: ColorRamp
  /// The length of a pixel's sides.
  package var pixelSize: Double

  /// Colours that are told apart: enough for the eye, few enough for a small file, and one in the middle.
  static let levels = 33

  package init(
    summary: String, images: [Image], columns: Int, domain: ClosedRange<Double>,
    ramp: ColorRamp = .sequential, pixelSize: Double = 3
  ) {
    precondition(columns > 0, "no columns")
    self.summary = summary
    self.images = images
    self.columns = columns
    self.domain = domain
    self.ramp = ramp
    self.pixelSize = pixelSize
  }

  private static let gap = 10.0
  private static let captionHeight = 20.0

  /// The room that the largest image needs with its caption.
  private var tile: ChartSize {
    let pixels = images.map { Double($0.values.first?.count ?? 0) * pixelSize }
    let width = max(pixels.max() ?? 0, images.map { TextMetrics.width($0.caption) }.max() ?? 0)
    return ChartSize(
      width: width,
      height: (images.map { Double($0.values.count) * pixelSize }.max() ?? 0) + Self.captionHeight)
  }

  package var size: ChartSize {
    let rows = (images.count + columns - 1) / columns
    let shown = min(columns, images.count)
    return ChartSize(
      width: max(1, Double(shown) * (tile.width + Self.gap) - Self.gap),
      height: max(1, Double(rows) * (tile.height + Self.gap) - Self.gap))
  }

  /// The drawing: an `svg` element, which wants the style sheet of `Palette`.
  package var svg: Element {
    let tile = tile
    let tiles = images.enumerated().map { index, image in
      let x = Double(index % columns) * (tile.width + Self.gap)
      let y = Double(index / columns) * (tile.height + Self.gap)
      let width = Double(image.values.first?.count ?? 0) * pixelSize
      var parts = image.detail.isEmpty ? [] : [Element("title", text: image.detail)]
      parts += paths(of: image, x: x + (tile.width - width) / 2, y: y)
      parts.append(
        Element(
          "text", ["x": x + tile.width / 2, "y": y + tile.height - 5, "text-anchor": "middle"],
          text: image.caption))
      return Element("g", ["class": "image"], parts)
    }
    return Figure.svg(size, summary: summary, tiles)
  }

  /// One path a colour, of all its pixels; those side by side are one rectangle.
  private func paths(of image: Image, x: Double, y: Double) -> [Element] {
    var shapes = [String](repeating: "", count: Self.levels)
    for (row, values) in image.values.enumerated() {
      let levels = values.map(level)
      var start = 0
      while start < levels.count {
        let end = levels[start...].firstIndex { $0 != levels[start] } ?? levels.count
        if let level = levels[start] { shapes[level] += "M\(start) \(row)h\(end - start)v1h-\(end - start)z" }
        start = end
      }
    }
    let place = "translate(\(NumberText.coordinate(x)) \(NumberText.coordinate(y)))"
    let scale = "scale(\(NumberText.coordinate(pixelSize)))"
    let paths = shapes.enumerated().compactMap { level, shape in
      shape.isEmpty
        ? nil : Element("path", ["d": shape, "fill": ramp.color(Double(level) / Double(Self.levels - 1))])
    }
    return [Element("g", ["transform": "\(place) \(scale)", "shape-rendering": "crispEdges"], paths)]
  }

  private func level(_ value: Double) -> Int? {
    guard value.isFinite else { return nil }
    let width = domain.upperBound / 2 - domain.lowerBound / 2
    let fraction = width > 0 ? (value / 2 - domain.lowerBound / 2) / width : 0.5
    return Int((max(0, min(1, fraction)) * Double(Self.levels - 1)).rounded())
  }
}
