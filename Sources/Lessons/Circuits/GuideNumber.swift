import GPT2Charts

/// A number that the guide prints, and what comes out here.
package struct GuideNumber: Sendable, Encodable {
  /// "numerical gradient of x · y: by x"
  package let name: String
  /// As it is printed there, with its decimals.
  package let printed: String
  package let value: Double
  /// Why the two differ, where they do.
  package let remark: String?

  init(_ name: String, _ printed: String, _ value: Double, remark: String? = nil) {
    self.name = name
    self.printed = printed
    self.value = value
    self.remark = remark
  }

  /// The value with as many decimals as the guide prints.
  package var rounded: String {
    let decimals = printed.split(separator: ".").dropFirst().first?.count ?? 0
    return NumberText.fixed(value, decimals).replacing("−", with: "-")
  }

  package var agrees: Bool { rounded == printed }
}

extension GuideNumber {
  /// All numbers of the guide's first chapter and of its cost function, in its order.
  ///
  /// - Parameter search: Of the first strategy.
  static func all(search: RandomSearch) -> [GuideNumber] {
    strategies(search) + twoGates + neuron + cost
  }

  private static func strategies(_ search: RandomSearch) -> [GuideNumber] {
    let start = [-2.0, 3]
    let product = Circuit.product
    let numerical = product.numericalGradient(at: start)
    let values = product.forward(start)
    let analytic = product.backward(values)
    let moved = product.moved(start, along: analytic, by: 0.01)
    let far = product.moved(start, along: analytic, by: 1)
    return [
      .init("x · y at (-2, 3)", "-6", values[2]),
      .init("random search: x", "-1.9928", search.best.x),
      .init("random search: y", "2.9901", search.best.y),
      .init("random search: x · y", "-5.9588", search.best.output),
      .init("x · y at (-1.9999, 3)", "-5.9997", product.output([-1.9999, 3])),
      .init("x · y at (-2, 3.0001)", "-6.0002", product.output([-2, 3.0001])),
      .init("numerical gradient by x", "3.0", numerical[0]),
      .init("numerical gradient by y", "-2.0", numerical[1]),
      .init("analytic gradient by x", "3", analytic[0]),
      .init("analytic gradient by y", "-2", analytic[1]),
      .init("after a step of 0.01: x", "-1.97", moved[0]),
      .init("after a step of 0.01: y", "2.98", moved[1]),
      .init("after a step of 0.01: x · y", "-5.87", moved[2]),
      .init(
        "after a step of 1: x · y", "-1", far[2],
        remark: "the step leads to (1, 1), whose product is 1: the guide has the sign wrong"),
    ]
  }

  private static var twoGates: [GuideNumber] {
    let start = [-2.0, 5, -4]
    let circuit = Circuit.sumTimes
    let values = circuit.forward(start)
    let gradients = circuit.backward(values)
    let numerical = circuit.numericalGradient(at: start)
    let moved = circuit.moved(start, along: gradients, by: 0.01)
    return [
      .init("q = x + y at (-2, 5, -4)", "3", values[3]), .init("(x + y) · z", "-12", values[4]),
      .init("gradient by q", "-4", gradients[3]), .init("gradient by x", "-4", gradients[0]),
      .init("gradient by y", "-4", gradients[1]), .init("gradient by z", "3", gradients[2]),
      .init("numerical gradient by x", "-4", numerical[0]),
      .init("numerical gradient by y", "-4", numerical[1]),
      .init("numerical gradient by z", "3", numerical[2]),
      .init("after a step of 0.01: x", "-2.04", moved[0]),
      .init("after a step of 0.01: y", "4.96", moved[1]),
      .init("after a step of 0.01: z", "-3.97", moved[2]),
      .init("after a step of 0.01: q", "2.92", moved[3]),
      .init("after a step of 0.01: (x + y) · z", "-11.59", moved[4]),
    ]
  }

  private static var neuron: [GuideNumber] {
    let start = [1.0, 2, -3, -1, 3]
    let circuit = Circuit.neuron
    let values = circuit.forward(start)
    let gradients = circuit.backward(values)
    let moved = circuit.moved(start, along: gradients, by: 0.01)
    let sigmoid = { (x: Double) in Gate.sigmoid.output([x]) }
    let slope = Gate.sigmoid.slopes([3], output: sigmoid(3))[0]
    let names = circuit.inputs.enumerated().map { index, name in
      GuideNumber(
        "neuron: gradient by \(name)", ["-0.105", "0.315", "0.105", "0.105", "0.210"][index],
        gradients[index])
    }
    return [
      .init("σ(-5)", "0.006", sigmoid(-5), remark: "0.0067, cut off and not rounded"),
      .init("σ(0)", "0.5", sigmoid(0)), .init("σ(5)", "0.993", sigmoid(5)),
      .init("σ(3)", "0.95", sigmoid(3)),
      .init(
        "slope of σ at 3", "0.0475", slope,
        remark: "0.95 · (1 - 0.95); σ(3) is 0.9526, and a small difference in it is a large one in 1 - σ"),
      .init("neuron: ax", "-1", values[5]), .init("neuron: by", "6", values[6]),
      .init("neuron: ax + by", "5", values[7]), .init("neuron: ax + by + c", "2", values[8]),
      .init("neuron: output", "0.8808", values[9]),
    ] + names + [
      .init(
        "neuron: output after a step of 0.01", "0.8825", moved[9], remark: "0.88255, cut off and not rounded")
    ]
  }

  private static var cost: [GuideNumber] {
    let points = [
      SupportVectorMachine.Point(x: 1.2, y: 0.7, label: 1), .init(x: -0.3, y: 0.5, label: -1),
      .init(x: 3, y: 2.5, label: 1),
    ]
    let weights = [0.1, 0.2, 0.3]
    let cost = HingeCost(of: points, parameters: weights, alpha: 0.1)
    let first = SupportVectorMachine(parameters: [1, -2, -1])
    let scores = points.map { SupportVectorMachine(parameters: weights).score(x: $0.x, y: $0.y) }
    return [
      .init("SVM: score of (1.2, 0.7)", "-1.2", first.score(x: 1.2, y: 0.7)),
      .init("SVM: score of (-0.3, 0.5)", "-2.3", first.score(x: -0.3, y: 0.5)),
      .init("score of example 0", "0.56", scores[0]), .init("score of example 1", "0.37", scores[1]),
      .init("score of example 2", "1.1", scores[2]), .init("cost of example 0", "0.440", cost.costs[0]),
      .init("cost of example 1", "1.370", cost.costs[1]), .init("cost of example 2", "0.000", cost.costs[2]),
      .init("cost of regularisation", "0.005", cost.regularisation),
      .init("total cost", "1.815", cost.total),
    ]
  }
}

extension Circuit {
  /// The values on all wires once the inputs have followed their gradients.
  fileprivate func moved(_ inputs: [Double], along gradients: [Double], by stepSize: Double) -> [Double] {
    forward(zip(inputs, gradients).map { $0 + stepSize * $1 })
  }
}
