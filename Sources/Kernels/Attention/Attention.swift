/// Causal self-attention (Vaswani et al. 2017, arXiv:1706.03762): for each head, with queries Q, keys K, values V,
///
///     S = Q·Kᵀ/√h,  P = softmax of each row of S over the keys up to its own position,  O = P·V.
///
/// As in FlashAttention (Dao et al. 2022, arXiv:2205.14135) nothing (T, T) is stored: blocks of queries meet
/// blocks of keys, those that come after them are left out, and of P the backward pass keeps only
/// L = log Σ exp S of each row and computes P = exp(S − L) again. Then
///
///     dV = Pᵀ·dO,  dP = dO·Vᵀ,  dS = P∘(dP − D) with D the row sums of dO∘O,  dQ = dS·K/√h,  dK = dSᵀ·Q/√h.
package enum Attention {
  /// Queries of a part of the forward pass: enough to repay packing their keys, few enough for many threads.
  private static let partQueries = 256

  /// - Parameter sequences: A position sees none but those of its own sequence.
  package static func forward(
    _ qkv: Matrix,  // (B·T, 3C): query, key, value
    sequences: Sequences,
    heads: Int,
    into output: Matrix,  // (B·T, C)
    logSumExp: Matrix,  // (B·NH, T)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let shape = AttentionShape(qkv, sequences: sequences, heads: heads)
    precondition(shape.fits(output, parts: 1) && shape.fits(logSumExp: logSumExp), "shapes disagree")
    let shares = shares(of: sequences)
    workers.run(parts: shares.count * heads) { part in
      let (index, head) = part.quotientAndRemainder(dividingBy: heads)
      let (sequence, queries) = shares[index]
      AttentionForward(
        shape.head(head, of: sequence, in: qkv), into: shape.head(head, of: sequence, in: output, part: 0),
        logSumExp: shape.logSumExp(head, of: sequence, in: logSumExp), precision: precision,
        kernels: workers.kernels
      ).run(queries, on: workers)
    }
  }

  /// The queries of each part, within their sequence. Those that have the most keys are handed out first.
  private static func shares(of sequences: Sequences) -> [(sequence: Range<Int>, queries: Range<Int>)] {
    let shares = sequences.ranges.flatMap { sequence in
      stride(from: 0, to: sequence.count, by: partQueries).map { start in
        (sequence: sequence, queries: start..<min(sequence.count, start + partQueries))
      }
    }
    return shares.sorted { $0.queries.upperBound > $1.queries.upperBound }
  }

  package static func backward(
    outputGradient: Matrix,  // (B·T, C)
    qkv: Matrix,  // (B·T, 3C)
    output: Matrix,  // (B·T, C)
    logSumExp: Matrix,  // (B·NH, T)
    sequences: Sequences,
    heads: Int,
    into qkvGradient: Matrix,  // (B·T, 3C)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let shape = AttentionShape(qkv, sequences: sequences, heads: heads)
    precondition(shape.fits(outputGradient, parts: 1) && shape.fits(output, parts: 1), "shapes disagree")
    precondition(shape.fits(logSumExp: logSumExp) && shape.fits(qkvGradient, parts: 3), "shapes disagree")
    let longestFirst = sequences.ranges.sorted { $0.count > $1.count }
    // A head of a sequence is one part: its blocks of queries add to the same keys' gradients, in a fixed order.
    workers.run(parts: longestFirst.count * heads) { part in
      let (index, head) = part.quotientAndRemainder(dividingBy: heads)
      let sequence = longestFirst[index]
      let blocks = AttentionBlocks(
        head: shape.head(head, of: sequence, in: qkv), precision: precision, kernels: workers.kernels)
      AttentionBackward(
        blocks: blocks, output: shape.head(head, of: sequence, in: output, part: 0),
        outputGradient: shape.head(head, of: sequence, in: outputGradient, part: 0),
        logSumExp: shape.logSumExp(head, of: sequence, in: logSumExp),
        gradient: shape.head(head, of: sequence, in: qkvGradient)
      ).run(on: workers)
    }
  }
}
