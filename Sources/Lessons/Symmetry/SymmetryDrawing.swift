import GPT2Charts

/// The network drawn as the paper's figure 1: inputs below, the two hidden units at the sides, the output above; weights on
/// the arcs, biases in the nodes.
struct SymmetryDrawing: Chart {
  let network: SymmetryNetwork
  private(set) var size = ChartSize(width: 520, height: 440)

  private static let radius = 22.0

  init(network: SymmetryNetwork) { self.network = network }

  func narrowed(to width: Double) -> (any Chart)? {
    var drawing = self
    drawing.size.width = width
    return drawing
  }

  private var output: ChartPoint { place(260, 50) }
  private var hidden: [ChartPoint] { [place(80, 200), place(440, 200)] }
  private func input(_ index: Int) -> ChartPoint { place(65 + Double(index) * 78, 400) }

  /// - Parameter x: In a drawing that is 520 wide.
  private func place(_ x: Double, _ y: Double) -> ChartPoint { ChartPoint(x * size.width / 520, y) }

  private struct Arc {
    let start: ChartPoint
    let end: ChartPoint
    let weight: Double
    /// Where its label lies, from 0 at the start to 1 at the end.
    let labelled: Double
  }

  var svg: Element {
    // Labels come after all lines, so that none is crossed out.
    let drawing =
      arcs.map(line) + arcs.map(label) + (0..<SymmetryNetwork.inputs).map { node(at: input($0), nil) }
      + (0..<2).map { node(at: hidden[$0], network.bias(of: $0)) }
      + [node(at: output, network.outputBias), middle]
    return Element(
      "svg",
      [
        "class": "chart", "role": "img",
        "aria-label": "The network: weights opposite about the middle are equal and of opposite sign",
        "viewBox": "0 0 \(Int(size.width)) \(Int(size.height))",
      ], drawing)
  }

  /// The labels of a hidden unit's arcs lie near the inputs, the first unit's below the second's.
  private var arcs: [Arc] {
    let below = (0..<2).flatMap { unit in
      network.weights(of: unit).enumerated().map { index, weight in
        Arc(
          start: input(index), end: hidden[unit], weight: weight, labelled: unit == 0 ? 0.18 : 0.34)
      }
    }
    let above = network.outputWeights.enumerated().map { unit, weight in
      Arc(start: hidden[unit], end: output, weight: weight, labelled: 0.5)
    }
    return below + above
  }

  /// Where the vectors are mirrored.
  private var middle: Element {
    Element("line", ["x1": output.x, "x2": output.x, "y1": 372.0, "y2": 432.0, "class": "mark"])
  }

  private func line(_ arc: Arc) -> Element {
    let width = abs(arc.weight) > 4 ? 3 : abs(arc.weight) > 2 ? 2 : 1
    return Element(
      "line",
      [
        "x1": arc.start.x, "y1": arc.start.y, "x2": arc.end.x, "y2": arc.end.y,
        "style": "stroke:\(Palette.series(arc.weight < 0 ? 1 : 0));stroke-opacity:.55;stroke-width:\(width)",
      ])
  }

  private func label(_ arc: Arc) -> Element {
    Element(
      "text",
      [
        "x": arc.start.x + (arc.end.x - arc.start.x) * arc.labelled,
        "y": arc.start.y + (arc.end.y - arc.start.y) * arc.labelled + 4, "text-anchor": "middle",
        "class": "named",
      ], text: NumberText.fixed(arc.weight, 1))
  }

  private func node(at place: ChartPoint, _ bias: Double?) -> Element {
    let circle = Element(
      "circle",
      [
        "cx": place.x, "cy": place.y, "r": bias == nil ? 12.0 : Self.radius, "class": "axis",
        "style": "fill:var(--surface,#ffffff)",
      ])
    let text = bias.map { bias in
      Element(
        "text", ["x": place.x, "y": place.y + 4, "text-anchor": "middle"], text: NumberText.fixed(bias, 1))
    }
    return Element("g", ["class": "node"], [circle] + (text.map { [$0] } ?? []))
  }
}
