import GPT2Charts

extension Value {
  /// The graph that this value was computed by: a box for each value, with what made it, its data and its gradient.
  ///
  /// - Parameters:
  ///   - inputs: Tinted in the first colour; `parameters` in the third, the value itself in the second.
  ///   - showsSlopes: Writes on each edge how the node's value changes with the operand's.
  package func drawing(
    summary: String, inputs: [Value], parameters: [Value] = [], showsSlopes: Bool = false
  ) -> GraphDrawing {
    let nodes = ancestorsFirst()
    let places = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { (ObjectIdentifier($1), $0) })
    var styles = [ObjectIdentifier(self): 1]
    for value in inputs { styles[ObjectIdentifier(value)] = 0 }
    for value in parameters { styles[ObjectIdentifier(value)] = 2 }
    let boxes = nodes.map { node in
      GraphDrawing.Node(
        node.title,
        lines: [
          "data \(NumberText.significant(node.data))", "grad \(NumberText.significant(node.gradient))",
        ],
        style: styles[ObjectIdentifier(node)])
    }
    let edges = nodes.enumerated().flatMap { place, node in
      zip(node.operation.operands, node.slopes).compactMap { operand, slope in
        places[ObjectIdentifier(operand)].map {
          GraphDrawing.Edge(from: $0, to: place, label: showsSlopes ? NumberText.significant(slope) : "")
        }
      }
    }
    return GraphDrawing(summary: summary, nodes: boxes, edges: edges)
  }

  /// Its name, what made it, or both: "wear = ×".
  private var title: String {
    guard let symbol = operation.symbol else { return name ?? "constant" }
    return name.map { "\($0) = \(symbol)" } ?? symbol
  }
}

extension Value.Operation {
  fileprivate var symbol: String? {
    switch self {
    case .leaf: nil
    case .sum: "+"
    case .product: "×"
    case .power(_, let exponent):
      "power " + String(exponent).replacing(/\.0$/, with: "").replacing("-", with: "−")
    case .exponential: "exp"
    case .logarithm: "log"
    case .hyperbolicTangent: "tanh"
    case .rectified: "ReLU"
    }
  }
}
