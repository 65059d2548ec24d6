import GPT2Kernels

/// Gradients that a backward pass finishes at a time, in this order but for the layers, of which the last comes first.
package enum GradientPart: Equatable, Sendable {
  /// The rows of wte that are no input's: the classifier has made them, and the embedding adds nothing to them.
  case unusedTokens
  /// lnfw and lnfb.
  case finalNorm
  /// A layer's tensors and adapters.
  case layer(Int)
  /// The other rows of wte, which have gradients from both ends of the model, and wpe.
  case embeddings

  fileprivate func contains(_ tensor: ParameterTensor) -> Bool {
    switch self {
    case .unusedTokens: false
    case .finalNorm: tensor == .lnfw || tensor == .lnfb
    case .layer: tensor.isPerLayer
    case .embeddings: tensor == .wpe
    }
  }

  fileprivate var layer: Int {
    if case .layer(let layer) = self { layer } else { 0 }
  }
}

extension Parameters {
  /// Where among all values those of a part lie that are held, in order. All parts together are all values.
  ///
  /// - Parameter isUsed: For each row of wte, (Vp), whether it counts as an input's: at least those that are.
  package func ranges(of part: GradientPart, whereUsed isUsed: [Bool]) -> [Range<Int>] {
    let tensors = present.tensors.filter(part.contains).map { self[$0, part.layer] }
    let rows =
      switch part {
      case .unusedTokens: tokenRanges(used: false, isUsed)
      case .embeddings: tokenRanges(used: true, isUsed)
      default: [Range<Int>]()
      }
    return rows + tensors.map { range(from: $0.base, count: $0.count) } + adapterRanges(of: part)
  }

  /// Runs of rows that are used, or not.
  private func tokenRanges(used: Bool, _ isUsed: [Bool]) -> [Range<Int>] {
    guard let table = ifPresent(.wte, 0) else { return [] }
    precondition(isUsed.count == table.rows, "another number of tokens")
    var ranges: [Range<Int>] = []
    var row = 0
    while let first = isUsed[row...].firstIndex(of: used) {
      row = isUsed[first...].firstIndex(of: !used) ?? isUsed.count
      ranges.append(range(from: table.rows(first..<row).base, count: (row - first) * table.columns))
    }
    return ranges
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
