/// What a neuron makes of its weighted sum.
package enum ScalarActivation: Sendable {
  case rectified
  case hyperbolicTangent
  case identity

  func callAsFunction(_ x: Value) -> Value {
    switch self {
    case .rectified: x.rectified()
    case .hyperbolicTangent: x.hyperbolicTangent()
    case .identity: x
    }
  }
}

/// activation(b + w₀x₀ + w₁x₁ + …)
package struct ScalarNeuron {
  package let weights: [Value]
  package let bias: Value
  package let activation: ScalarActivation

  /// - Parameter weight: Draws one initial weight.
  package init(inputs: Int, _ activation: ScalarActivation, weight: () -> Double) {
    weights = (0..<inputs).map { Value(weight(), name: "w\($0)") }
    bias = Value(0, name: "b")
    self.activation = activation
  }

  package func callAsFunction(_ x: [Value]) -> Value {
    activation(zip(weights, x).reduce(bias) { $0 + $1.0 * $1.1 })
  }

  package var parameters: [Value] { weights + [bias] }
}

/// A multi-layer perceptron of scalars, as in the `nn.py` of karpathy/micrograd: every neuron of a layer sees all of the
/// layer before; the last layer is linear.
package struct ScalarMLP {
  package let layers: [[ScalarNeuron]]

  /// - Parameters:
  ///   - widths: Neurons of each layer.
  ///   - activation: Of all layers but the last.
  ///   - weight: Draws an initial weight of a neuron with so many inputs. Called layer by layer, neuron by neuron.
  package init(inputs: Int, widths: [Int], _ activation: ScalarActivation, weight: (Int) -> Double) {
    layers = zip([inputs] + widths, widths).enumerated().map { index, sizes in
      let activation = index == widths.count - 1 ? .identity : activation
      return (0..<sizes.1).map { _ in
        ScalarNeuron(inputs: sizes.0, activation) { weight(sizes.0) }
      }
    }
  }

  /// The outputs of the last layer.
  package func callAsFunction(_ x: [Value]) -> [Value] {
    layers.reduce(x) { x, layer in layer.map { $0(x) } }
  }

  /// Neuron by neuron: its weights, then its bias.
  package var parameters: [Value] { layers.joined().flatMap(\.parameters) }
}
