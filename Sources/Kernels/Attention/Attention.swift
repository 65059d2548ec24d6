/// Causal self-attention (Vaswani et al. 2017, arXiv:1706.03762): for each head, with queries Q, keys K, values V,
///
///     S = Q·Kᵀ/√h,  P = softmax of each row of S over the keys up to its own position,  O = P·V.
///
/// As in FlashAttention (Dao et al. 2022, arXiv:2205.14135) nothing (T, T) is stored: blocks of queries meet
/// blocks of keys, those that come after them are left out, and of P the backward pass keeps only
/// L = log Σ exp S of each row and computes P = exp(S − L) again. Then
///
///     dV = Pᵀ·dO,  dP = dO·Vᵀ,  dS = P∘(dP − D) with D the row sums of dO∘O,  dQ = dS·K/√h,  dK = dSᵀ·Q/√h.
public enum Attention {
  /// Queries of a part of the forward pass: enough to repay packing their keys, few enough for many threads.
  private static let partQueries = 256

  public static func forward(
    _ qkv: Matrix,  // (B·T, 3C): query, key, value
    batchSize: Int,
    heads: Int,
    into output: Matrix,  // (B·T, C)
    logSumExp: Matrix,  // (B·NH, T)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let shape = AttentionShape(qkv, batchSize: batchSize, heads: heads)
    precondition(shape.fits(output, parts: 1) && shape.fits(logSumExp: logSumExp), "shapes disagree")
    let shares = (shape.sequenceLength + partQueries - 1) / partQueries
    workers.run(parts: shares * batchSize * heads) { part in
      // The last queries have the most keys: hand them out first.
      let (fromLast, index) = part.quotientAndRemainder(dividingBy: batchSize * heads)
      let start = (shares - 1 - fromLast) * partQueries
      let queries = start..<min(shape.sequenceLength, start + partQueries)
      let head = shape.head(index, of: qkv)
      let output = shape.head(index, of: output, part: 0)
      AttentionForward(
        head, into: output, logSumExp: logSumExp[index], precision: precision, kernels: workers.kernels
      ).run(queries, on: workers)
    }
  }

  public static func backward(
    outputGradient: Matrix,  // (B·T, C)
    qkv: Matrix,  // (B·T, 3C)
    output: Matrix,  // (B·T, C)
    logSumExp: Matrix,  // (B·NH, T)
    batchSize: Int,
    heads: Int,
    into qkvGradient: Matrix,  // (B·T, 3C)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let shape = AttentionShape(qkv, batchSize: batchSize, heads: heads)
    precondition(shape.fits(outputGradient, parts: 1) && shape.fits(output, parts: 1), "shapes disagree")
    precondition(shape.fits(logSumExp: logSumExp) && shape.fits(qkvGradient, parts: 3), "shapes disagree")
    // A head is one part: its blocks of queries add to the same keys' gradients, in a fixed order.
    workers.run(parts: batchSize * heads) { part in
      let head = shape.head(part, of: qkv)
      let gradient = shape.head(part, of: qkvGradient)
      let output = shape.head(part, of: output, part: 0)
      let outputGradient = shape.head(part, of: outputGradient, part: 0)
      AttentionBackward(
        blocks: AttentionBlocks(head: head, precision: precision, kernels: workers.kernels), output: output,
        outputGradient: outputGradient, logSumExp: logSumExp[part], gradient: gradient
      ).run(on: workers)
    }
  }
}
