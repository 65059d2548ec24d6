/// Attention of single queries, each over the keys and values that its sequence has written so far:
///
///     s = K·q/√h,  p = softmax(s),  o = pᵀ·V.
public enum CachedAttention {
  /// One query: a row of `qkv`, at a position of its sequence.
  public struct Query {
    let sequence: KeyValueBlocks
    let position: Int

    /// - Parameter position: The last one that it sees, its own.
    public init(of sequence: KeyValueBlocks, at position: Int) {
      self.sequence = sequence
      self.position = position
    }
  }

  public static func forward(
    _ qkv: Matrix,  // (R, 3C): query, key, value
    _ queries: [Query],  // (R)
    into output: Matrix,  // (R, C)
    on workers: Workers
  ) {
    precondition(queries.count == qkv.rows && output.rows == qkv.rows, "shapes disagree")
    precondition(qkv.columns == 3 * output.columns, "shapes disagree")
    guard let heads = queries.first?.sequence.heads else { return }
    precondition(queries.allSatisfy { $0.sequence.heads == heads && $0.position < $0.sequence.capacity })
    workers.run(parts: queries.count * heads) { part in
      let (row, head) = part.quotientAndRemainder(dividingBy: heads)
      let query = queries[row]
      let first = head * query.sequence.headSize
      let blocks = query.position / Vectors.width + 1
      workers.withScratch(blocks * Vectors.width) { scores in
        let (q, target) = (qkv.base + row * qkv.stride + first, output.base + row * output.stride + first)
        switch query.sequence.format {
        case .fp32: attend(Float32Values.self, q, query, head, scores, blocks: blocks, into: target)
        case .fp16: attend(Float16Values.self, q, query, head, scores, blocks: blocks, into: target)
        }
      }
    }
  }

  @inline(__always)
  private static func attend<Stored: StoredValues>(
    _: Stored.Type, _ q: UnsafePointer<Float>, _ query: Query, _ head: Int,
    _ scores: UnsafeMutablePointer<Float>,
    blocks: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let (sequence, seen) = (query.sequence, query.position + 1)
    let largest = score(Stored.self, q, sequence, head, scores, seen: seen, blocks: blocks)
    var sum = Vector.zero
    for block in 0..<blocks {
      let p = VectorMath.exp(Vectors.load(scores + block * 16, 16) - largest)
      Vectors.store(p, to: scores + block * 16, 16)
      sum += p
    }
    let values = UnsafeRawPointer(sequence.values(head))
    let reciprocal = 1 / sum.sum()
    Vectors.forEach(sequence.headSize) { channel, lanes in
      let average = weightedSum(
        Stored.self, values + channel * Stored.byteCount, stride: sequence.paddedSize, weights: scores,
        count: seen)
      Vectors.store(average * reciprocal, to: output + channel, lanes)
    }
  }

  /// Writes the scaled scores, −∞ behind the query's own, and returns the largest.
  @inline(__always)
  private static func score<Stored: StoredValues>(
    _: Stored.Type, _ q: UnsafePointer<Float>, _ sequence: KeyValueBlocks, _ head: Int,
    _ scores: UnsafeMutablePointer<Float>, seen: Int, blocks: Int
  ) -> Float {
    let scale = 1 / Float(sequence.headSize).squareRoot()
    let size = sequence.paddedSize
    // Bytes of sixteen positions' keys of one channel.
    let step = Vectors.width * Stored.byteCount
    var keys = UnsafeRawPointer(sequence.keys(head))
    var largest = Vector(repeating: -.infinity)
    for block in 0..<blocks {
      // Four sums, since each addition waits for the one before it.
      var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      var channel = 0
      while channel + 4 <= sequence.headSize {
        let k = keys + channel * step
        a = VectorMath.fused(Vector(repeating: q[channel]), Stored.load(k), plus: a)
        b = VectorMath.fused(Vector(repeating: q[channel + 1]), Stored.load(k + step), plus: b)
        c = VectorMath.fused(Vector(repeating: q[channel + 2]), Stored.load(k + 2 * step), plus: c)
        d = VectorMath.fused(Vector(repeating: q[channel + 3]), Stored.load(k + 3 * step), plus: d)
        channel += 4
      }
      while channel < sequence.headSize {
        a = VectorMath.fused(Vector(repeating: q[channel]), Stored.load(keys + channel * step), plus: a)
        channel += 1
      }
      var score = ((a + b) + (c + d)) * scale
      if block == blocks - 1 {
        for lane in 0..<16 where block * 16 + lane >= seen { score[lane] = -.infinity }
      }
      Vectors.store(score, to: scores + block * 16, 16)
      largest = Vectors.larger(largest, score)
      keys += size * step
    }
    return largest.max()
  }

  /// Σ weight · value, of sixteen channels; `stride` is the values' from one position to the next.
  @inline(__always)
  private static func weightedSum<Stored: StoredValues>(
    _: Stored.Type, _ values: UnsafeRawPointer, stride: Int, weights: UnsafePointer<Float>, count: Int
  ) -> Vector {
    let step = stride * Stored.byteCount
    var (a, b, c, d) = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var value = values
    var position = 0
    while position + 4 <= count {
      a = VectorMath.fused(Vector(repeating: weights[position]), Stored.load(value), plus: a)
      b = VectorMath.fused(Vector(repeating: weights[position + 1]), Stored.load(value + step), plus: b)
      c = VectorMath.fused(Vector(repeating: weights[position + 2]), Stored.load(value + 2 * step), plus: c)
      d = VectorMath.fused(Vector(repeating: weights[position + 3]), Stored.load(value + 3 * step), plus: d)
      value += 4 * step
      position += 4
    }
    while position < count {
      a = VectorMath.fused(Vector(repeating: weights[position]), Stored.load(value), plus: a)
      value += step
      position += 1
    }
    return (a + b) + (c + d)
  }
}
