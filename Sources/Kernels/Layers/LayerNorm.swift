import CGPT2Kernels

/// y = (x − μ)·ρ·w + b, where μ is the mean and ρ = 1/√(σ² + ε) (rstd) of each row
/// (Ba, Kiros and Hinton 2016, arXiv:1607.06450).
///
/// With n = (x − μ)·ρ and g = w·dy:  dx = ρ·(g − mean(g) − n·mean(g·n)),  dw = Σ rows dy·n,  db = Σ rows dy.
package enum LayerNorm {
  package static let epsilon: Float = 1e-5

  private static let partValues = 1 << 14
  /// Rows whose share of the weight's and bias's gradients is summed before the shares are.
  private static let blockRows = 16

  package static func forward(
    _ input: Matrix,  // (BT, C)
    weight: Matrix,  // (1, C)
    bias: Matrix,  // (1, C)
    into output: Matrix,  // (BT, C)
    means: Matrix,  // (1, BT)
    rstd: Matrix,  // (1, BT)
    epsilon: Float = LayerNorm.epsilon, on workers: Workers
  ) {
    let channels = input.columns
    precondition(output.rows == input.rows && output.columns == channels, "shapes disagree")
    precondition(weight.count == channels && bias.count == channels, "shapes disagree")
    precondition(means.count == input.rows && rstd.count == input.rows, "shapes disagree")
    workers.run(over: input.rows, inRangesOf: input.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        workers.kernels.table.layer_norm(
          input.base + row * input.stride, weight.base, bias.base, output.base + row * output.stride,
          means.base + row, rstd.base + row, epsilon, channels)
      }
    }
  }

  /// Writes or adds to each gradient, as the two flags say; the weight's and the bias's only if asked for.
  package static func backward(
    outputGradient: Matrix,  // (BT, C)
    input: Matrix,  // (BT, C)
    weight: Matrix,  // (1, C)
    means: Matrix,  // (1, BT)
    rstd: Matrix,  // (1, BT)
    addingTo inputGradient: Matrix,  // (BT, C)
    inputGradientAccumulating: Bool = true,
    weightGradient: Matrix?,  // (1, C)
    biasGradient: Matrix?,  // (1, C)
    accumulating: Bool,
    on workers: Workers
  ) {
    let (rowCount, channels) = (input.rows, input.columns)
    precondition(outputGradient.rows == rowCount && outputGradient.columns == channels, "shapes disagree")
    precondition(inputGradient.rows == rowCount && inputGradient.columns == channels, "shapes disagree")
    precondition(
      [weight, weightGradient, biasGradient].allSatisfy { $0.map { $0.count == channels } ?? true },
      "shapes disagree")
    precondition(means.count == rowCount && rstd.count == rowCount, "shapes disagree")
    let blocks = (rowCount + blockRows - 1) / blockRows
    // The shares are taken in any case: they cost next to nothing while the rows are in the cache.
    let shares = UnsafeMutablePointer<Float>.allocate(capacity: blocks * 2 * channels)  // (blocks, 2, C)
    defer { shares.deallocate() }
    workers.run(over: rowCount, inRangesOf: blockRows) { rows in
      let share = shares + rows.lowerBound / blockRows * 2 * channels
      share.update(repeating: 0, count: 2 * channels)
      for row in rows {
        workers.kernels.table.layer_norm_backward(
          outputGradient.base + row * outputGradient.stride, input.base + row * input.stride, weight.base,
          means.base[row], rstd.base[row], inputGradient.base + row * inputGradient.stride,
          inputGradientAccumulating ? 1 : 0, share, share + channels, channels)
      }
    }
    let allShares = Matrix(shares, rows: blocks, columns: 2 * channels)
    for (gradient, columns) in [(weightGradient, 0..<channels), (biasGradient, channels..<2 * channels)] {
      guard let gradient else { continue }
      ColumnSums.sum(allShares.columns(columns), into: gradient, accumulating: accumulating, on: workers)
    }
  }
}
