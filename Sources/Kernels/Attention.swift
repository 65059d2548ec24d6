/// Causal self-attention (Vaswani et al. 2017, arXiv:1706.03762): for each head, with queries Q, keys K, values V,
///
///     S = Q·Kᵀ/√h,  P = softmax of each row of S over the keys up to its own position,  O = P·V.
///
/// As FlashAttention does (Dao et al. 2022, arXiv:2205.14135) nothing (T, T) is stored. The queries are taken in
/// blocks against the keys up to the block's end; of P, the backward pass keeps only L = log Σ exp S of each row
/// and computes P = exp(S − L) again. Then
///
///     dV = Pᵀ·dO,  dP = dO·Vᵀ,  dS = P∘(dP − D) with D the row sums of dO∘O,  dQ = dS·K/√h,  dK = dSᵀ·Q/√h.
public enum Attention {
  /// Queries in a block: as many as make the products efficient, as few as keep the scores in the cache.
  static let blockQueries = 64

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
    let blocks = (shape.sequenceLength + blockQueries - 1) / blockQueries
    workers.run(parts: blocks * batchSize * heads) { part in
      // The last blocks have the most keys: hand them out first.
      let (fromLast, head) = part.quotientAndRemainder(dividingBy: batchSize * heads)
      let start = (blocks - 1 - fromLast) * blockQueries
      let queries = start..<min(shape.sequenceLength, start + blockQueries)
      forwardBlock(
        shape.head(head, of: qkv), queries, shape.head(head, of: output, part: 0), logSumExp[head])
    }
  }

  private static func forwardBlock(
    _ head: AttentionHead,
    _ queries: Range<Int>,
    _ output: Matrix,  // (T, h)
    _ logSumExp: UnsafeMutableBufferPointer<Float>  // (T)
  ) {
    withScratch(queries.count * queries.upperBound) { scratch in
      let scores = Matrix(scratch, rows: queries.count, columns: queries.upperBound)
      head.scores(queries, into: scores)
      for row in 0..<scores.rows {
        logSumExp[queries.lowerBound + row] = softmax(scores[row], valid: queries.lowerBound + row + 1)
      }
      Matmul.multiplySerially(
        scores, transposed: false, head.values.rows(0..<queries.upperBound), transposed: false,
        into: output.rows(queries), accumulating: false)
    }
  }

  /// Turns scores into probabilities, 0 beyond the first `valid`, and returns log Σ exp of the scores.
  private static func softmax(_ row: UnsafeMutableBufferPointer<Float>, valid: Int) -> Float {
    let values = row.baseAddress!
    let largest = Vectors.largest(values, count: valid)
    let sum = Softmax.exponentiate(values, minus: largest, count: valid)
    Vectors.scale(values, by: 1 / sum, count: valid)
    (values + valid).update(repeating: 0, count: row.count - valid)
    return largest + ScalarMath.log(sum)
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
    workers.run(parts: batchSize * heads) { part in
      let head = shape.head(part, of: qkv)
      let gradient = shape.head(part, of: qkvGradient)
      let output = shape.head(part, of: output, part: 0)
      let outputGradient = shape.head(part, of: outputGradient, part: 0)
      // From the last block, whose keys are all keys: it writes each gradient, and the others add to it.
      for start in stride(from: 0, to: shape.sequenceLength, by: blockQueries).reversed() {
        let queries = start..<min(shape.sequenceLength, start + blockQueries)
        backwardBlock(head, queries, output, outputGradient, logSumExp[part], gradient)
      }
    }
  }

  private static func backwardBlock(
    _ head: AttentionHead,
    _ queries: Range<Int>,
    _ output: Matrix,  // (T, h)
    _ outputGradient: Matrix,  // (T, h)
    _ logSumExp: UnsafeMutableBufferPointer<Float>,  // (T)
    _ gradient: AttentionHead
  ) {
    let keys = 0..<queries.upperBound
    let isFirst = queries.upperBound == head.queries.rows
    let outputGradient = outputGradient.rows(queries)
    withScratch(2 * queries.count * keys.count) { scratch in
      let probabilities = Matrix(scratch, rows: queries.count, columns: keys.count)
      let gradients = Matrix(scratch + probabilities.count, rows: queries.count, columns: keys.count)
      head.scores(queries, into: probabilities)
      // dP = dO·Vᵀ, which becomes dS in place, as S becomes P.
      Matmul.multiplySerially(
        outputGradient, transposed: false, head.values.rows(keys), transposed: true, into: gradients,
        accumulating: false)
      for row in 0..<queries.count {
        let position = queries.lowerBound + row
        let dot = Vectors.dot(
          outputGradient[row].baseAddress!, output[position].baseAddress!, count: output.columns)
        softmaxBackward(
          probabilities[row], gradients[row], logSumExp: logSumExp[position], dot: dot, valid: position + 1)
      }
      // dV = Pᵀ·dO
      Matmul.multiplySerially(
        probabilities, transposed: true, outputGradient, transposed: false,
        into: gradient.values.rows(keys), accumulating: !isFirst)
      // dQ = dS·K/√h
      Matmul.multiplySerially(
        gradients, transposed: false, head.keys.rows(keys), transposed: false, scale: head.scale,
        into: gradient.queries.rows(queries), accumulating: false)
      // dK = dSᵀ·Q/√h
      Matmul.multiplySerially(
        gradients, transposed: true, head.queries.rows(queries), transposed: false, scale: head.scale,
        into: gradient.keys.rows(keys), accumulating: !isFirst)
    }
  }

  /// Scores become P = exp(S − L) and dP becomes dS = P∘(dP − D), where D is `dot`; both 0 beyond the first
  /// `valid`.
  private static func softmaxBackward(
    _ scores: UnsafeMutableBufferPointer<Float>, _ gradients: UnsafeMutableBufferPointer<Float>,
    logSumExp: Float, dot: Float, valid: Int
  ) {
    let (scores, gradients, count) = (scores.baseAddress!, gradients.baseAddress!, scores.count)
    Vectors.forEach(valid) { start, lanes in
      let p = VectorMath.exp(Vectors.load(scores + start, lanes) - logSumExp)
      Vectors.store(p, to: scores + start, lanes)
      Vectors.store(p * (Vectors.load(gradients + start, lanes) - dot), to: gradients + start, lanes)
    }
    (scores + valid).update(repeating: 0, count: count - valid)
    (gradients + valid).update(repeating: 0, count: count - valid)
  }

  private static func withScratch(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { body($0.baseAddress!) }
  }
}
