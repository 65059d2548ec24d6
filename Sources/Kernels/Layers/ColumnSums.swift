import CGPT2Kernels

/// sᵢ = Σ over rows r of xᵣᵢ: how a gradient that every row contributes to is gathered.
package enum ColumnSums {
  /// Parts are bands of columns, so each sum is taken by one thread, in the order of the rows.
  private static let partValues = 1 << 15
  private static let smallestBand = 64

  /// Writes, or with `accumulating` adds, the sum of each column.
  package static func sum(
    _ values: Matrix,  // (R, C)
    into sums: Matrix,  // (1, C)
    accumulating: Bool,
    on workers: Workers
  ) {
    precondition(sums.rows == 1 && sums.columns == values.columns, "shapes disagree")
    let bandColumns = max(smallestBand, partValues / max(1, values.rows))
    workers.run(over: values.columns, inRangesOf: bandColumns) { columns in
      let values = values.columns(columns)
      let sums = sums.base + columns.lowerBound
      if !accumulating { sums.update(repeating: 0, count: columns.count) }
      for row in 0..<values.rows {
        workers.kernels.table.add(sums, values.base + row * values.stride, sums, columns.count)
      }
    }
  }
}
