/// Causal attention of many queries that follow one another over the keys and values of their sequence, those before the
/// queries among them, block by block as in `Attention`.
///
/// Keys and values are taken as the sequence keeps them, so that a query's output is the same bits in whatever pieces a
/// prompt is read.
package enum PromptAttention {
  /// Queries of a part: enough to repay widening and packing their keys, few enough for many threads.
  private static let partQueries = 256

  package static func forward(
    _ qkv: Matrix,  // (R, 3C): query, key, value
    of sequence: KeyValueBlocks,
    from position: Int,
    into output: Matrix,  // (R, C)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let (heads, size) = (sequence.heads, sequence.headSize)
    precondition(qkv.columns == 3 * heads * size && output.columns == heads * size, "shapes disagree")
    precondition(output.rows == qkv.rows && position + qkv.rows <= sequence.capacity, "no such positions")
    let shares = (qkv.rows + partQueries - 1) / partQueries
    // Those that have the most keys are handed out first.
    workers.run(parts: shares * heads) { part in
      let (share, head) = part.quotientAndRemainder(dividingBy: heads)
      let start = (shares - 1 - share) * partQueries
      let rows = start..<min(qkv.rows, start + partQueries)
      let end = position + rows.upperBound
      let columns = head * size..<(head + 1) * size
      workers.withScratch(2 * end * size + rows.count) { memory in
        let keys = Matrix(memory, rows: end, columns: size)
        let values = Matrix(memory + end * size, rows: end, columns: size)
        sequence.decode(head, keys: keys, values: values, workers.kernels)
        AttentionForward(
          AttentionHead(queries: qkv.rows(rows).columns(columns), keys: keys, values: values),
          from: position + rows.lowerBound, into: output.rows(rows).columns(columns),
          logSumExp: UnsafeMutableBufferPointer(start: memory + 2 * end * size, count: rows.count),
          precision: precision, kernels: workers.kernels
        ).run(0..<rows.count, on: workers)
      }
    }
  }
}
