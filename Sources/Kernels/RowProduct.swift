import CKernels

/// y = x·Wᵀ + b for a few rows of x, a token's or several sequences': each weight is read once, from where it is
/// stored, so that the memory's speed is the limit.
///
/// A weight that is not fp32 is widened exactly; the arithmetic is fp32. A row of y is the same bits whatever
/// other rows are computed with it, and on any number of threads.
enum RowProduct<Values: StoredValues> {
  /// Bytes of weights that a thread takes at a time: enough for the processor to see a pattern in the addresses,
  /// few enough for two threads to end together.
  private static var partBytes: Int { 1 << 17 }

  static func run(
    _ input: Matrix,  // (R, IC)
    _ weight: StoredMatrix,  // (OC, IC)
    into output: Matrix,  // (R, OC)
    ends: ProductEnds, on workers: Workers
  ) {
    let lines = max(1, partBytes / max(1, weight.rowBytes) / Vectors.width) * Vectors.width
    workers.run(over: weight.rows, inRangesOf: lines) { columns in
      let (output, ends) = (output.columns(columns), ends.block(0..<input.rows, columns))
      multiply(input, weight.rows(columns), into: output, ends)
      ends.finish(output)
    }
  }

  private static func multiply(
    _ input: Matrix, _ weight: StoredMatrix, into output: Matrix, _ ends: ProductEnds
  ) {
    // (R, lines)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: input.rows * weight.rows) { dots in
      guard let dots = dots.baseAddress else { return }
      ck_few_rows_product(
        Values.type,
        ck_weights(
          base: weight.base.assumingMemoryBound(to: CChar.self), lines: weight.rows, count: weight.columns,
          bytes: weight.rowBytes),
        ck_few_rows(
          x: input.base, dots: dots, rows: input.rows, stride: input.stride, dots_stride: weight.rows))
      for row in 0..<input.rows {
        Vectors.forEach(weight.rows) { line, lanes in
          let sum = Vectors.load(dots + row * weight.rows + line, lanes)
          Vectors.store(
            ends.completed(sum, row: row, column: line, lanes: lanes),
            to: output.base + row * output.stride + line, lanes)
        }
      }
    }
  }
}
