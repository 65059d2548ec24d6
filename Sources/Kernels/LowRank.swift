/// The two factors of a weight's change ΔW = s·B·A, of rank r at most (Hu et al. 2021, arXiv:2106.09685); or
/// their gradients.
public struct LowRankFactors {
  public let a: Matrix  // (r, IC)
  public let b: Matrix  // (OC, r)

  public init(a: Matrix, b: Matrix) {
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
/// one pass to the other.
public enum LowRank {
  /// Writes residual + scale · (input · Aᵀ) · Bᵀ, to which the layer's own product is to be added.
  public static func forward(
    _ input: Matrix,  // (BT, IC)
    factors: LowRankFactors,
    scale: Float,
    residual: Matrix?,  // (BT, OC)
    into output: Matrix,  // (BT, OC)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    withReduced(input, factors, scale, precision, workers) { reduced in
      Product(
        a: Operand(reduced), b: Operand(factors.b, transposed: true), c: output,
        ends: ProductEnds(addend: residual)
      ).run(precision, on: workers)
    }
  }

  /// Writes what the input's gradient gets through the factors, to which what it gets through the weight is to be
  /// added; writes, or with `accumulating` adds to, the factors'. What is not asked for is not computed.
  public static func backward(
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
      withReduced(input, factors, scale, precision, workers) { reduced in
        Product(
          a: Operand(outputGradient, transposed: true), b: Operand(reduced), c: factorGradients.b,
          ends: ProductEnds(addend: accumulating ? factorGradients.b : nil)
        ).run(precision, on: workers)
      }
    }
    guard inputGradient != nil || factorGradients != nil else { return }
    workers.withScratch(outputGradient.rows * factors.rank) { memory in
      let reduced = Matrix(memory, rows: outputGradient.rows, columns: factors.rank)  // g
      Product(
        a: Operand(outputGradient), b: Operand(factors.b), c: reduced, ends: ProductEnds(scale: scale)
      ).run(precision, on: workers)
      if let factorGradients {
        Product(
          a: Operand(reduced, transposed: true), b: Operand(input), c: factorGradients.a,
          ends: ProductEnds(addend: accumulating ? factorGradients.a : nil)
        ).run(precision, on: workers)
      }
      if let inputGradient {
        Product(a: Operand(reduced), b: Operand(factors.a), c: inputGradient).run(precision, on: workers)
      }
    }
  }

  /// target = weight + scale·B·A, in single precision; the target may be the weight.
  public static func merge(
    _ factors: LowRankFactors,
    scale: Float,
    with weight: Matrix,  // (OC, IC)
    into target: Matrix,  // (OC, IC)
    on workers: Workers
  ) {
    Product(
      a: Operand(factors.b), b: Operand(factors.a), c: target,
      ends: ProductEnds(scale: scale, addend: weight)
    ).run(.fp32, on: workers)
  }

  /// Values of scratch that either pass needs.
  package static func scratchCount(rows: Int, rank: Int) -> Int { rows * rank }

  /// Calls `body` with h = scale · input · Aᵀ, (BT, r).
  private static func withReduced(
    _ input: Matrix, _ factors: LowRankFactors, _ scale: Float, _ precision: Precision, _ workers: Workers,
    _ body: (Matrix) -> Void
  ) {
    workers.withScratch(input.rows * factors.rank) { memory in
      let reduced = Matrix(memory, rows: input.rows, columns: factors.rank)
      Product(
        a: Operand(input), b: Operand(factors.a, transposed: true), c: reduced,
        ends: ProductEnds(scale: scale)
      ).run(precision, on: workers)
      body(reduced)
    }
  }
}
