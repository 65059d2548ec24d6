/// A neuron or head to switch off that the model does not have.
public enum AblationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A layer that the model does not have.
  case layerOutOfRange(found: Int, layers: Int)
  /// A neuron that its layers do not have.
  case neuronOutOfRange(found: Int, neurons: Int)
  /// A head that its layers do not have.
  case headOutOfRange(found: Int, heads: Int)

  /// One line: what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .layerOutOfRange(let found, let layers):
      "found layer \(found) to switch something off in, expected 0 to \(layers - 1); layers count from 0"
    case .neuronOutOfRange(let found, let neurons):
      "found neuron \(found) to switch off, expected 0 to \(neurons - 1); neurons count from 0 in each layer"
    case .headOutOfRange(let found, let heads):
      "found head \(found) to switch off, expected 0 to \(heads - 1); heads count from 0 in each layer"
    }
  }
}
