import CGPT2Kernels

/// Attention of single queries, each over the keys and values that its sequence has written so far:
///
///     s = K·q/√h,  p = softmax(s),  o = pᵀ·V.
package enum CachedAttention {
  /// One query: a row of `qkv`, at a position of its sequence.
  package struct Query {
    let sequence: KeyValueBlocks
    let position: Int

    /// - Parameter position: The last one that it sees, its own.
    package init(of sequence: KeyValueBlocks, at position: Int) {
      self.sequence = sequence
      self.position = position
    }
  }

  package static func forward(
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
        let sequence = query.sequence
        let table = workers.kernels.table.cached_attention
        let attend = sequence.format == .fp32 ? table.0 : table.1
        attend(
          qkv.base + row * qkv.stride + first, sequence.view(of: head), sequence.headSize,
          sequence.paddedSize, query.position + 1, scores, output.base + row * output.stride + first)
      }
    }
  }
}
