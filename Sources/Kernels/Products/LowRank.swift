/// The two factors of a weight's change ΔW = s·B·A, of rank r at most (Hu et al. 2021, arXiv:2106.09685); or
/// their gradients.
package struct LowRankFactors {
  package let a: Matrix  // (r, IC)
  package let b: Matrix  // (OC, r)

  package init(a: Matrix, b: Matrix) {
    precondition(a.rows == b.columns, "shapes disagree")
    self.a = a
    self.b = b
  }

  var rank: Int { a.rows }
}

/// What a change s·B·A of its weight adds to a linear layer: y += s·(x·Aᵀ)·Bᵀ, without ΔW ever being there.
///
/// With dy the gradient of the loss by y, h = s·x·Aᵀ and g = s·dy·B:  dB = dyᵀ·h,  dA = gᵀ·x,  dx += g·A.
/// h is computed again for the backward pass: that costs r ÷ OC of the layer's own product, and keeps nothing from
/// one pass to the other. Products of which one extent is r have it as their rows, hᵀ and so on: a register tile has
/// six rows, but up to 64 columns.
package enum LowRank {
  /// Writes residual + scale · (input · Aᵀ) · Bᵀ, to which the layer's own product is to be added.
  package static func forward(
    _ input: Matrix,  // (BT, IC)
    factors: LowRankFactors,
    scale: Float,
    residual: Matrix?,  // (BT, OC)
    into output: Matrix,  // (BT, OC)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    withReduced(input, by: Operand(factors.a), scale, precision, workers) { reduced in
      Product(
        a: reduced.flipped, b: Operand(factors.b, transposed: true), c: output,
        epilogue: Epilogue(addend: residual)
      ).run(precision, on: workers)
    }
  }

  /// Writes what the input's gradient gets through the factors, to which what it gets through the weight is to be
  /// added; writes, or with `accumulating` adds to, the factors'. What is not asked for is not computed.
  package static func backward(
    outputGradient: Matrix,  // (BT, OC)
    input: Matrix,  // (BT, IC)
    factors: LowRankFactors,
    scale: Float,
    inputGradient: Matrix?,  // (BT, IC)
    factorGradients: LowRankFactors?,
    accumulating: Bool,
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    if let factorGradients {
      withReduced(input, by: Operand(factors.a), scale, precision, workers) { reduced in
        workers.withScratch(factors.rank * outputGradient.columns) { memory in
          let gradient = Matrix(memory, rows: factors.rank, columns: outputGradient.columns)  // dBᵀ
          Product(a: reduced, b: Operand(outputGradient), c: gradient).run(precision, on: workers)
          writeTransposed(gradient, to: factorGradients.b, accumulating: accumulating)
        }
      }
    }
    guard inputGradient != nil || factorGradients != nil else { return }
    let b = Operand(factors.b, transposed: true)
    withReduced(outputGradient, by: b, scale, precision, workers) { reduced in
      if let factorGradients {
        Product(
          a: reduced, b: Operand(input), c: factorGradients.a,
          epilogue: Epilogue(addend: accumulating ? factorGradients.a : nil)
        ).run(precision, on: workers)
      }
      if let inputGradient {
        Product(a: reduced.flipped, b: Operand(factors.a), c: inputGradient).run(precision, on: workers)
      }
    }
  }

  /// target = weight + scale·B·A, in single precision; the target may be the weight.
  package static func merge(
    _ factors: LowRankFactors,
    scale: Float,
    with weight: Matrix,  // (OC, IC)
    into target: Matrix,  // (OC, IC)
    on workers: Workers
  ) {
    Product(
      a: Operand(factors.b), b: Operand(factors.a), c: target,
      epilogue: Epilogue(scale: scale, addend: weight)
    ).run(.fp32, on: workers)
  }

  /// Calls `body` with scale · factor · valuesᵀ, (r, BT): hᵀ of the input, gᵀ of the output's gradient.
  private static func withReduced(
    _ values: Matrix,  // (BT, N)
    by factor: Operand,  // (r, N)
    _ scale: Float, _ precision: Precision, _ workers: Workers, _ body: (Operand) -> Void
  ) {
    workers.withScratch(factor.rows * values.rows) { memory in
      let reduced = Matrix(memory, rows: factor.rows, columns: values.rows)
      Product(
        a: factor, b: Operand(values, transposed: true), c: reduced, epilogue: Epilogue(scale: scale)
      ).run(precision, on: workers)
      body(Operand(reduced))
    }
  }

  /// target = sourceᵀ, or target += sourceᵀ; both are small.
  private static func writeTransposed(
    _ source: Matrix,  // (r, OC)
    to target: Matrix,  // (OC, r)
    accumulating: Bool
  ) {
    for row in 0..<target.rows {
      let values = target.base + row * target.stride
      for column in 0..<target.columns {
        let value = source.base[column * source.stride + row]
        values[column] = accumulating ? values[column] + value : value
      }
    }
  }
}
