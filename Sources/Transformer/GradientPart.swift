import Kernels

/// Gradients that a backward pass finishes at a time, in this order but for the layers, of which the last comes first.
public enum GradientPart: Equatable, Sendable {
  /// lnfw and lnfb.
  case finalNorm
  /// A layer's tensors and adapters.
  case layer(Int)
  /// wte, which has gradients from both ends of the model, and wpe.
  case embeddings

  func contains(_ tensor: ParameterTensor) -> Bool {
    switch self {
    case .finalNorm: tensor == .lnfw || tensor == .lnfb
    case .layer: tensor.isPerLayer
    case .embeddings: tensor == .wte || tensor == .wpe
    }
  }

  var layer: Int {
    if case .layer(let layer) = self { layer } else { 0 }
  }
}

extension Parameters {
  /// Where among all values those of a part lie that are held, in order. All parts together are all values.
  package func ranges(of part: GradientPart) -> [Range<Int>] {
    let tensors = present.tensors.filter(part.contains).map { self[$0, part.layer] }
    return tensors.map { range(from: $0.base, count: $0.count) } + adapterRanges(of: part)
  }

  /// A and B of each target's layer, which follow one another.
  private func adapterRanges(of part: GradientPart) -> [Range<Int>] {
    guard let adapters else { return [] }
    return adapters.layout.targets.tensors.filter(part.contains).compactMap { target in
      adapters[target, part.layer].map { range(from: $0.a.base, count: $0.a.count + $0.b.count) }
    }
  }

  private func range(from start: UnsafeMutablePointer<Float>, count: Int) -> Range<Int> {
    let first = values.baseAddress.map { start - $0 } ?? 0
    return first..<first + count
  }
}
