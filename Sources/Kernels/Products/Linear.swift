/// y = x·Wᵀ + b, an affine map of each row; with a residual, y = residual + x·Wᵀ + b.
///
/// With dy the gradient of the loss by y:  dx = dy·W,  dW = dyᵀ·x,  db = Σ over rows of dy.
package enum Linear {
  /// Writes residual + input · weightᵀ + bias, and with `activated` GELU of that to there.
  package static func forward(
    _ input: Matrix,  // (BT, IC)
    weight: Matrix,  // (OC, IC)
    bias: Matrix?,  // (1, OC)
    residual: Matrix?,  // (BT, OC)
    into output: Matrix,  // (BT, OC)
    activated: Matrix? = nil,  // (BT, OC)
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    Product(
      a: Operand(input), b: Operand(weight, transposed: true), c: output,
      epilogue: Epilogue(addend: residual, bias: bias, activated: activated)
    ).run(precision, on: workers)
  }

  /// Writes the input's gradient; writes, or with `accumulating` adds to, the weight's and the bias's. What is not
  /// asked for is not computed.
  ///
  /// Where the input is GELU of something, `preActivation` is that, and the input's gradient becomes its gradient.
  /// With `addingToInputGradient` there is a part of the input's gradient already, by a low-rank change of the weight.
  package static func backward(
    outputGradient: Matrix,  // (BT, OC)
    input: Matrix,  // (BT, IC)
    weight: Matrix,  // (OC, IC)
    inputGradient: Matrix?,  // (BT, IC)
    addingToInputGradient: Bool = false,
    weightGradient: Matrix?,  // (OC, IC)
    biasGradient: Matrix?,  // (1, OC)
    preActivation: Matrix? = nil,  // (BT, IC)
    accumulating: Bool,
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    if let inputGradient {
      Product(
        a: Operand(outputGradient), b: Operand(weight), c: inputGradient,
        epilogue: Epilogue(addend: addingToInputGradient ? inputGradient : nil, preActivation: preActivation)
      ).run(precision, on: workers)
    }
    if let weightGradient {
      Product(
        a: Operand(outputGradient, transposed: true), b: Operand(input), c: weightGradient,
        epilogue: Epilogue(addend: accumulating ? weightGradient : nil)
      ).run(precision, on: workers)
    }
    if let biasGradient {
      ColumnSums.sum(outputGradient, into: biasGradient, accumulating: accumulating, on: workers)
    }
  }
}
