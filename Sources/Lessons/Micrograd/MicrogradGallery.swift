import GPT2Charts

extension MicrogradLesson {
  /// The losses, what both networks learned, and the graphs of three computations.
  package var gallery: Gallery {
    let last = results.moons.last
    return Gallery(
      title: "Backpropagation of single numbers",
      introduction: [
        "Every number remembers what it was computed from. Going back through them once, the chain rule gives the "
          + "slope of the result by each of them; training follows these slopes downhill.",
        "After karpathy/micrograd and EurekaLabsAI/micrograd. The formula of the tyre is made up for this page.",
      ],
      facts: [
        .init(
          "Moons: loss", NumberText.significant(last?.loss ?? .nan),
          explanation: "of the last of \(results.moons.count) steps"),
        .init(
          "Moons: accuracy", NumberText.brief((last?.accuracy ?? .nan) * 100), unit: "%",
          explanation: "of \(moons.points.count) points, before the last step"),
        .init(
          "Yin-yang: loss", NumberText.significant(results.yinYang.last?.loss ?? .nan), unit: "nats",
          explanation: "of the last of \(results.yinYang.count) steps"),
        .init(
          "Parameters", "\(moons.network.parameters.count) and \(yinYang.network.parameters.count)",
          explanation: "of the networks for moons and yin-yang"),
      ],
      pictures: pictures, script: Self.script)
  }

  private var pictures: [Gallery.Picture] {
    [
      .init(
        "moons", title: "Two moons, told apart",
        caption: "Behind the points is what the network takes each place for.", moonPlot, values: moonValues,
        isTwofold: true),
      .init(
        "yin-yang", title: "Yin, yang and the dots",
        caption: "Three classes; the points are those it was trained on.", yinYangPlot),
      .init(
        "moons-loss", title: "Moons: loss",
        caption: "Mean hinge loss with a small penalty on large parameters; steps of gradient descent.",
        moonLosses),
      .init(
        "yin-yang-loss", title: "Yin-yang: loss",
        caption:
          "Cross-entropy; ln 3 = 1.099 is guessing. A network that learnt by heart would rise in validation.",
        yinYangLosses),
      .init(
        "tyre", title: "A formula that is no network",
        caption:
          "wear = 0.05 · (v / 100)^2.1 · e^((T − 20) / 30) · (1 − 0.4 · tanh(2h)), in mm per 1000 km, by speed "
          + "v, temperature T and humidity h. On each edge is its local slope. Read the gradients from right to left: "
          + "each is the next one's times the slope between.", tyreGraph, isWide: true, values: tyreValues),
      .init(
        "neuron", title: "One neuron",
        caption:
          "tanh(b + w0 x + w1 y): the network's first, at the training point where it is least certain.",
        neuronGraph,
        isWide: true),
      .init(
        "network", title: "The whole network",
        caption: "The loss of the yin-yang network at the origin, all of its operations. Move it to read it, "
          + "or open network.svg beside this page.", networkGraph, isWide: true),
    ]
  }

  private static let plotSize = ChartSize(width: 520, height: 420)

  /// The part of the plane that is shown.
  static let moonPlace = (x: [-2.0, 3], y: [-1.5, 2])

  private var moonPlot: ScatterPlot {
    let groups = [false, true].map { isLower in
      ScatterPlot.Group(
        isLower ? "lower moon" : "upper moon",
        moons.points.filter { $0.isLower == isLower }.map { ChartPoint($0.x, $0.y) }, style: isLower ? 1 : 0)
    }
    let place = Self.moonPlace
    let regions = Self.regions(
      x: place.x[0]...place.x[1], y: place.y[0]...place.y[1], cell: 0.05
    ) { moons.isLower(x: $0, y: $1) ? 1 : 0 }
    return ScatterPlot(
      summary: "Points of two moons, and the network's boundary between them", x: Axis("x"), y: Axis("y"),
      groups: groups, regions: regions, size: Self.plotSize)
  }

  private var yinYangPlot: ScatterPlot {
    let groups = YinYang.Class.allCases.map { label in
      ScatterPlot.Group(
        "\(label)", yinYang.training.filter { $0.label == label }.map { ChartPoint($0.x, $0.y) },
        style: label.rawValue)
    }
    let regions = Self.regions(x: -2...2, y: -2...2, cell: 0.04) { yinYang.label(x: $0, y: $1).rawValue }
    return ScatterPlot(
      summary: "Points of three classes, and the network's regions", x: Axis("x"), y: Axis("y"),
      groups: groups, regions: regions, size: Self.plotSize)
  }

  /// - Parameter style: Of the cell around a place.
  private static func regions(
    x: ClosedRange<Double>, y: ClosedRange<Double>, cell: Double, style: (Double, Double) -> Int
  ) -> ScatterPlot.Regions {
    let rows = Int(((y.upperBound - y.lowerBound) / cell).rounded())
    let columns = Int(((x.upperBound - x.lowerBound) / cell).rounded())
    let styles = (0..<rows).map { row in
      (0..<columns).map { column -> Int? in
        style(x.lowerBound + (Double(column) + 0.5) * cell, y.lowerBound + (Double(row) + 0.5) * cell)
      }
    }
    return ScatterPlot.Regions(x: x, y: y, styles: styles)
  }

  private var moonLosses: LineChart {
    let points = results.moons.enumerated().map { ChartPoint(Double($0), $1.loss) }
    return LineChart(
      summary: "The loss of each step", x: Axis("step"), y: Axis("loss", .logarithmic),
      series: [.init("loss", points)], size: ChartSize(width: 520, height: 300))
  }

  private var yinYangLosses: LineChart {
    let training = results.yinYang.enumerated().map { ChartPoint(Double($0), $1.loss) }
    let validation = results.yinYang.enumerated().compactMap { index, step in
      step.validationLoss.map { ChartPoint(Double(index), $0) }
    }
    return LineChart(
      summary: "Training and validation loss of each step", x: Axis("step"),
      y: Axis("loss, nats", including: 0),
      series: [
        .init("training", training), .init("validation", validation, color: 1, hasMarkers: true),
      ], size: ChartSize(width: 520, height: 300))
  }

  private var tyreGraph: GraphDrawing {
    let wear = results.tyre.graph().wear
    let inputs = wear.ancestorsFirst().filter { $0.isLeaf && $0.name != nil }
    return wear.drawing(summary: "How the wear of a tyre is computed", inputs: inputs, showsSlopes: true)
  }

  private var neuronGraph: GraphDrawing {
    let neuron = yinYang.network.layers[0][0]
    let outputs = yinYang.training.map { neuron([Value($0.x, name: "x"), Value($0.y, name: "y")]) }
    // Where tanh is flat, all gradients are nearly 0.
    let steepest = outputs.min { abs($0.data) < abs($1.data) }
    return drawing(of: steepest ?? outputs[0], "A neuron of two inputs")
  }

  private var networkGraph: GraphDrawing {
    let origin = YinYang.Point(x: 0, y: 0, label: .yin)
    return drawing(of: yinYang.loss(of: [origin]), "The loss of a network at one point")
  }

  private func drawing(of result: Value, _ summary: String) -> GraphDrawing {
    let parameters = yinYang.network.parameters
    parameters.forgetGradients()
    result.backward()
    defer { parameters.forgetGradients() }
    let inputs = result.ancestorsFirst().filter { $0.isLeaf && ["x", "y"].contains($0.name) }
    return result.drawing(summary: summary, inputs: inputs, parameters: parameters)
  }
}

extension Value {
  var isLeaf: Bool { if case .leaf = operation { true } else { false } }
}
