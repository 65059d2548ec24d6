import GPT2Transformer

/// Tensors in the order in which GGUF files have them, one layer after the other.
struct TensorPlace: Hashable {
  let tensor: ParameterTensor
  let layer: Int

  static func all(in configuration: Configuration) -> [TensorPlace] {
    let tensors = ParameterTensor.allCases
    let first = tensors.prefix { !$0.isPerLayer }.map { TensorPlace(tensor: $0, layer: 0) }
    let last = tensors.reversed().prefix { !$0.isPerLayer }.reversed().map {
      TensorPlace(tensor: $0, layer: 0)
    }
    let layers = (0..<configuration.layers).flatMap { layer in
      tensors.filter(\.isPerLayer).map { TensorPlace(tensor: $0, layer: layer) }
    }
    return first + layers + last
  }
}
