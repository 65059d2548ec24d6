import GPT2Kernels
import GPT2Transformer

extension Inspection {
  /// Where a head looks: T rows of T weights, softmax(q·kᵀ/√h), a row for each token that looks. It adds up to 1, and is
  /// 0 for the tokens that come after it.
  ///
  /// Computed from the pass's queries and keys in fp32; generation keeps no weights. A head that is switched off still
  /// looks.
  ///
  /// - Throws: `InspectionError` for a head that there is not, or a layer that was not asked for.
  public func attention(layer: Int, head: Int) throws(InspectionError) -> [[Float]] {
    let configuration = model.configuration
    try Self.check(layer: layer, of: configuration)
    guard (0..<configuration.heads).contains(head) else {
      throw .headOutOfRange(found: head, heads: configuration.heads)
    }
    guard let projected = kept.queriesAndKeys(of: layer) else {
      throw .notKept(part: "attention of layer \(layer)")
    }
    let (C, size, T) = (configuration.channels, configuration.headSize, tokens.count)
    let first = head * size
    return model.workers.withScratch(T * T) { memory in
      let weights = Matrix(memory, rows: T, columns: T)
      AttentionWeights.compute(
        queries: projected.columns(first..<first + size),
        keys: projected.columns(C + first..<C + first + size), into: weights, on: model.workers)
      return Self.rows(of: weights)
    }
  }
}
