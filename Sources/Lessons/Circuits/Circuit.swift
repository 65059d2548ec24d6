import GPT2Platform

/// What a gate makes of the values on its wires, and how its output changes with each: its local slopes.
package enum Gate: Sendable {
  case add
  case multiply
  /// σ(x) = 1 / (1 + e⁻ˣ), of one wire.
  case sigmoid

  /// - Parameter x: The values of its operands: two, or one for `sigmoid`.
  func output(_ x: [Double]) -> Double {
    switch self {
    case .add: x[0] + x[1]
    case .multiply: x[0] * x[1]
    case .sigmoid: 1 / (1 + exp(-x[0]))
    }
  }

  /// ∂output/∂xᵢ for each operand.
  func slopes(_ x: [Double], output: Double) -> [Double] {
    switch self {
    case .add: [1, 1]
    case .multiply: [x[1], x[0]]
    case .sigmoid: [output * (1 - output)]
    }
  }

  var symbol: String {
    switch self {
    case .add: "+"
    case .multiply: "×"
    case .sigmoid: "σ"
    }
  }
}

/// Gates joined by wires, as in Karpathy's "Hacker's guide to Neural Networks": values flow forward along the wires, and
/// the pull on the output flows back along the same ones.
///
/// Wires are numbered: the inputs first, then each gate's output. The last is the circuit's.
package struct Circuit: Sendable {
  struct Placed: Sendable {
    let gate: Gate
    /// Wires with smaller numbers than its own output's.
    let operands: [Int]
    let name: String
  }

  package let inputs: [String]
  private(set) var gates: [Placed] = []

  package init(inputs: [String]) { self.inputs = inputs }

  /// Adds a gate behind wires that there are.
  ///
  /// - Returns: The wire of its output.
  package mutating func add(_ gate: Gate, _ operands: Int..., named name: String) -> Int {
    gates.append(Placed(gate: gate, operands: operands, name: name))
    return inputs.count + gates.count - 1
  }

  /// The value on every wire.
  ///
  /// - Parameter inputs: One for each of `inputs`.
  package func forward(_ inputs: [Double]) -> [Double] {
    precondition(inputs.count == self.inputs.count, "values for other inputs")
    var values = inputs
    for placed in gates { values.append(placed.gate.output(placed.operands.map { values[$0] })) }
    return values
  }

  /// The value of the last wire.
  package func output(_ inputs: [Double]) -> Double { forward(inputs).last ?? .nan }

  /// The gradient on every wire: pull · ∂output/∂(wire). Each gate multiplies the pull on its output by its local
  /// slopes and hands the products on: the chain rule.
  ///
  /// - Parameters:
  ///   - values: What `forward` gave.
  ///   - pull: Of the circuit's output.
  package func backward(_ values: [Double], pull: Double = 1) -> [Double] {
    var gradients = [Double](repeating: 0, count: values.count)
    gradients[values.count - 1] = pull
    for (index, placed) in gates.enumerated().reversed() {
      let wire = inputs.count + index
      let slopes = placed.gate.slopes(placed.operands.map { values[$0] }, output: values[wire])
      // A wire that goes to several gates adds up what they hand back.
      for (operand, slope) in zip(placed.operands, slopes) { gradients[operand] += slope * gradients[wire] }
    }
    return gradients
  }

  /// (f(x + h) − f(x)) / h for each input x, the others held fast.
  package func numericalGradient(at inputs: [Double], step h: Double = 1e-4) -> [Double] {
    let output = output(inputs)
    return inputs.indices.map { index in
      var moved = inputs
      moved[index] += h
      return (self.output(moved) - output) / h
    }
  }
}

extension Circuit {
  /// x · y
  package static let product = {
    var circuit = Circuit(inputs: ["x", "y"])
    _ = circuit.add(.multiply, 0, 1, named: "f")
    return circuit
  }()

  /// (x + y) · z
  package static let sumTimes = {
    var circuit = Circuit(inputs: ["x", "y", "z"])
    let q = circuit.add(.add, 0, 1, named: "q")
    _ = circuit.add(.multiply, q, 2, named: "f")
    return circuit
  }()

  /// a · x + b · y + c, of the inputs a, b, c, x, y.
  package static let linear = {
    var circuit = Circuit(inputs: ["a", "b", "c", "x", "y"])
    let ax = circuit.add(.multiply, 0, 3, named: "ax")
    let by = circuit.add(.multiply, 1, 4, named: "by")
    let sum = circuit.add(.add, ax, by, named: "ax + by")
    _ = circuit.add(.add, sum, 2, named: "ax + by + c")
    return circuit
  }()

  /// σ(a · x + b · y + c), of the inputs a, b, c, x, y.
  package static let neuron = {
    var circuit = linear
    _ = circuit.add(.sigmoid, circuit.inputs.count + circuit.gates.count - 1, named: "s")
    return circuit
  }()
}
