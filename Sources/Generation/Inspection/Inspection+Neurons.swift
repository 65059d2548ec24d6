import GPT2Kernels
import GPT2Transformer

/// A neuron of a feed-forward part, and its value at some position.
public struct NeuronActivation: Equatable, Sendable {
  /// Which of the layer's, from 0.
  public let neuron: Int
  /// Behind the activation function; 0 is inactive.
  public let activation: Float
}

extension Inspection {
  /// The values of a layer's neurons at a position, (H), behind the activation function. Of neurons that are switched off
  /// it is what they would have been.
  ///
  /// - Throws: `InspectionError` for a position that there is not, or a layer that was not asked for.
  public func activations(layer: Int, at position: Int) throws(InspectionError) -> [Float] {
    try Self.check(layer: layer, of: model.configuration)
    try Self.check(position: position, tokens: tokens.count)
    guard let activations = kept.activations(of: layer) else {
      throw .notKept(part: "neurons of layer \(layer)")
    }
    return Array(activations[position])
  }

  /// The neurons of the greatest values, the greatest first, of equal ones the lower number.
  ///
  /// - Throws: As `activations(layer:at:)`.
  public func mostActive(
    layer: Int, at position: Int, top count: Int = 10
  ) throws(InspectionError) -> [NeuronActivation] {
    let values = try activations(layer: layer, at: position)
    return values.indices.sorted { (values[$1], $0) < (values[$0], $1) }.prefix(count).map {
      NeuronActivation(neuron: $0, activation: values[$0])
    }
  }
}
