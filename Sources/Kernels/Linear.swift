/// y = x·Wᵀ + b, an affine map of each row; with a residual, y = residual + x·Wᵀ + b.
///
/// With dy the gradient of the loss by y:  dx = dy·W,  dW = dyᵀ·x,  db = Σ over rows of dy.
public enum Linear {
  /// Writes residual + input · weightᵀ + bias, and with `activated` GELU of that to there.
  public static func forward(
    _ input: Matrix,  // (BT, IC)
    weight: Matrix,  // (OC, IC)
    bias: Matrix?,  // (1, OC)
    residual: Matrix?,  // (BT, OC)
    into output: Matrix,  // (BT, OC)
    activated: Matrix? = nil,  // (BT, OC)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let input = BLAS.Operand(matrix: input, transposed: false)
    let weight = BLAS.Operand(matrix: weight, transposed: true)
    precondition(input.rows == output.rows && weight.columns == output.columns, "shapes disagree")
    let bands = MatmulBands(rows: output.rows, columns: output.columns, depth: input.columns)
    bands.run(on: workers) { rows, columns in
      let band = output.rows(rows).columns(columns)
      // The product is added to what the band holds, while that is still in the cache.
      initialise(
        band, bias: bias?.columns(columns), residual: residual?.rows(rows).columns(columns))
      BLAS.gemm(
        input.rows(rows), weight.columns(columns), scale: 1, into: band,
        accumulating: bias != nil || residual != nil)
    }
    if let activated { GELU.forward(output, into: activated, on: workers) }
  }

  /// Writes bias + residual, as far as there are any.
  private static func initialise(_ output: Matrix, bias: Matrix?, residual: Matrix?) {
    precondition(bias?.rows ?? 1 == 1 && residual?.rows ?? output.rows == output.rows, "shapes disagree")
    for row in 0..<output.rows {
      let target = output.base + row * output.stride
      switch (bias?.base, residual.map { $0.base + row * $0.stride }) {
      case (let bias?, let residual?):
        Vectors.add(residual, bias, into: target, count: output.columns)
      case (let source?, nil), (nil, let source?):
        target.update(from: source, count: output.columns)
      case (nil, nil):
        return
      }
    }
  }

  /// Writes the input's gradient; writes, or with `accumulating` adds to, the weight's and the bias's.
  ///
  /// Where the input is GELU of something, `inactivated` is that, and the input's gradient becomes its gradient.
  public static func backward(
    outputGradient: Matrix,  // (BT, OC)
    input: Matrix,  // (BT, IC)
    weight: Matrix,  // (OC, IC)
    inputGradient: Matrix?,  // (BT, IC)
    weightGradient: Matrix,  // (OC, IC)
    biasGradient: Matrix?,  // (1, OC)
    inactivated: Matrix? = nil,  // (BT, IC)
    accumulating: Bool,
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    if let inputGradient {
      Matmul.multiply(
        outputGradient, transposed: false, weight, transposed: false, into: inputGradient,
        accumulating: false, on: workers)
      if let inactivated { GELU.backward(input: inactivated, gradient: inputGradient, on: workers) }
    }
    Matmul.multiply(
      outputGradient, transposed: true, input, transposed: false, into: weightGradient,
      accumulating: accumulating, on: workers)
    if let biasGradient {
      ColumnSums.sum(outputGradient, into: biasGradient, accumulating: accumulating, on: workers)
    }
  }
}
