import GPT2Charts

extension CircuitsLesson {
  /// The three strategies, two circuits with what flows on their wires, and the machine.
  package var gallery: Gallery {
    let agreeing = results.numbers.count(where: \.agrees)
    return Gallery(
      title: "Circuits of real numbers",
      introduction: [
        "How is an input to change so that an output rises? By trying; by looking at what a small change does; or by "
          + "the chain rule, gate by gate, which is exact and takes one pass.",
        "After Karpathy's \u{201C}Hacker's guide to Neural Networks\u{201D}, each of whose numbers is below.",
      ],
      facts: [
        .init(
          "Numbers of the guide", "\(agreeing) of \(results.numbers.count)",
          explanation: "as it prints them; the table says why the others differ"),
        .init(
          "Random search", NumberText.fixed(results.search.best.output, 4),
          explanation: "the best of \(results.search.tries.count) tries near x · y = −6"),
        .init("Gradient", "−5.87", explanation: "one step of 0.01, from one pass forward and one back"),
        .init(
          "Linear classifier", "\(machine.right()) of 6", unit: "right",
          explanation: "after \(iterations) points drawn at random"),
      ],
      pictures: pictures,
      tables: [
        .init(
          "What the guide prints, and what comes out here",
          columns: ["number", "the guide", "here", "why they differ"],
          rows: results.numbers.map { number in
            [number.name, number.printed, number.rounded, number.agrees ? "" : number.remark ?? ""]
          })
      ])
  }

  private var iterations: Int { (results.machine.last?.iteration ?? 0) + 25 }

  /// The numbers side by side, those that differ with the reason.
  package var table: String {
    let width = results.numbers.map(\.name.count).max() ?? 0
    return results.numbers.map { number in
      let name = number.name + String(repeating: " ", count: width - number.name.count)
      let remark = number.agrees ? "" : "  \(number.rounded): \(number.remark ?? "differs")"
      let mark = number.agrees ? "=" : "≠"
      return "\(name)  \(mark) \(number.printed)\(remark)"
    }.joined(separator: "\n")
  }

  private var pictures: [Gallery.Picture] {
    [
      .init(
        "search", title: "Trying, and knowing",
        caption:
          "x · y is to rise from −6. The tries of the random search, and the way that the gradient points.",
        searchPlot),
      .init(
        "machine", title: "Six points told apart",
        caption:
          "By the side of 0 on which a · x + b · y + c lies, once the parameters have been pulled right.",
        machinePlot),
      .init(
        "circuit", title: "Two gates",
        caption:
          "(x + y) · z. Read the gradients from right to left: each is the pull on the gate's output times "
          + "the slope of the gate.", Circuit.sumTimes.drawing(at: [-2, 5, -4], "(x + y) · z")),
      .init(
        "right", title: "Points on the right side",
        caption:
          "Every 25 points. The guide's figures cannot be from the start it shows, where four are right at "
          + "once; from a start drawn at random, as with the seed that is the default, they can.",
        rightChart),
      .init(
        "neuron", title: "One neuron",
        caption: "σ(ax + by + c), with the guide's values.",
        Circuit.neuron.drawing(at: [1, 2, -3, -1, 3], "A sigmoid neuron of two inputs"), isWide: true),
    ]
  }

  private static let plotSize = ChartSize(width: 520, height: 420)

  private var searchPlot: ScatterPlot {
    let tries = results.search.tries
    let best = results.search.best
    // Along the gradient (3, −2), as far as the square of the search reaches.
    let way = [ChartPoint(-2, 3), ChartPoint(-1.99, 3 - 0.01 * 2 / 3)]
    return ScatterPlot(
      summary: "Tries around the start, the best of them, and the gradient", x: Axis("x"), y: Axis("y"),
      groups: [
        .init(
          "tries", tries.map { ChartPoint($0.x, $0.y) },
          names: tries.map { "x · y = \(NumberText.fixed($0.output, 4))" }, style: 0),
        .init("start", [ChartPoint(-2, 3)], style: 2), .init("best", [ChartPoint(best.x, best.y)], style: 1),
      ], curves: [.init("the gradient", way, style: 2)], size: Self.plotSize)
  }

  private var machinePlot: ScatterPlot {
    let points = SupportVectorMachine.points
    let groups = [1.0, -1].map { label in
      ScatterPlot.Group(
        label > 0 ? "+1" : "−1", points.filter { $0.label == label }.map { ChartPoint($0.x, $0.y) },
        style: label > 0 ? 0 : 1)
    }
    let cell = 0.05
    let styles = (0..<110).map { row in
      (0..<110).map { column -> Int? in
        machine.score(x: -2 + (Double(column) + 0.5) * cell, y: -3.5 + (Double(row) + 0.5) * cell) > 0 ? 0 : 1
      }
    }
    return ScatterPlot(
      summary: "Six points of two labels, and the line between them", x: Axis("x"), y: Axis("y"),
      groups: groups, regions: .init(x: -2...3.5, y: -3.5...2, styles: styles), size: Self.plotSize)
  }

  private var rightChart: LineChart {
    let here = results.machine.map { ChartPoint(Double($0.iteration), Double($0.right)) }
    let guide = Self.printedRight.enumerated().map { ChartPoint(Double($0) * 25, Double($1)) }
    return LineChart(
      summary: "How many of six points are right", x: Axis("points learnt from"),
      y: Axis("right, of 6", including: 0),
      series: [
        .init("the guide", guide, color: 1, hasMarkers: true), .init("here", here, color: 0),
      ], size: ChartSize(width: 520, height: 260))
  }
}

extension Circuit {
  /// A box for each wire, with its value and its gradient.
  func drawing(at inputs: [Double], _ summary: String) -> GraphDrawing {
    let values = forward(inputs)
    let gradients = backward(values)
    let boxes = values.indices.map { wire in
      let place = wire - self.inputs.count
      let title = place < 0 ? self.inputs[wire] : "\(gates[place].name): \(gates[place].gate.symbol)"
      return GraphDrawing.Node(
        title,
        lines: [
          "value \(NumberText.brief(values[wire]))", "gradient \(NumberText.brief(gradients[wire]))",
        ], style: place < 0 ? 0 : wire == values.count - 1 ? 1 : nil)
    }
    let edges = gates.enumerated().flatMap { index, placed in
      placed.operands.map { GraphDrawing.Edge(from: $0, to: self.inputs.count + index) }
    }
    return GraphDrawing(summary: summary, nodes: boxes, edges: edges)
  }
}
