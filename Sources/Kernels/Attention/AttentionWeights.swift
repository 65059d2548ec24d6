import CGPT2Kernels

/// P = softmax of each row of Q·Kᵀ/√h over the keys up to its own position: what `Attention` computes on its way and
/// does not keep, for those who want to see it.
package enum AttentionWeights {
  /// Writes one head's weights; those of keys that come after their query are 0.
  package static func compute(
    queries: Matrix,  // (T, h)
    keys: Matrix,  // (T, h)
    into weights: Matrix,  // (T, T)
    on workers: Workers
  ) {
    let T = queries.rows
    precondition(keys.rows == T && weights.rows == T && weights.columns == T, "shapes disagree")
    precondition(queries.columns == keys.columns, "shapes disagree")
    Product(a: Operand(queries), b: Operand(keys, transposed: true), c: weights).run(.fp32, on: workers)
    let scale = 1 / Float(queries.columns).squareRoot()
    let kernels = workers.kernels.table
    workers.run(over: T, inRangesOf: 16) { rows in
      for row in rows {
        let scores = weights.base + row * weights.stride
        let seen = row + 1
        kernels.scale(scores, scale, seen)
        let sum = kernels.exponentiate(scores, kernels.largest(scores, seen), seen)
        kernels.scale(scores, 1 / sum, seen)
        (scores + seen).update(repeating: 0, count: T - seen)
      }
    }
  }
}
