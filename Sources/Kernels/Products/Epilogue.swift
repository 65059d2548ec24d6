/// What is done to a product besides writing it, while it is in the cache.
struct Epilogue {
  var scale: Float = 1
  /// Added to c: c itself, when products accumulate, or a residual.
  var addend: Matrix?  // (rows, columns)
  var bias: Matrix?  // (1, columns)
  /// Where the activation of c goes.
  var activated: Matrix?  // (rows, columns)
  var activation = Activation.tanhGELU
  /// c is multiplied by GELU' of this.
  var preActivation: Matrix?  // (rows, columns)

  func checkShapes(_ c: Matrix) {
    for matrix in [addend, activated, preActivation] {
      precondition(matrix.map { $0.rows == c.rows && $0.columns == c.columns } ?? true, "shapes disagree")
    }
    precondition(bias.map { $0.rows == 1 && $0.columns == c.columns } ?? true, "shapes disagree")
  }

  /// The epilogue of a block of c.
  func block(_ rows: Range<Int>, _ columns: Range<Int>) -> Epilogue {
    Epilogue(
      scale: scale, addend: addend?.rows(rows).columns(columns), bias: bias?.columns(columns),
      activated: activated?.rows(rows).columns(columns), activation: activation,
      preActivation: preActivation?.rows(rows).columns(columns)
    )
  }

  func rows(_ range: Range<Int>) -> Epilogue {
    Epilogue(
      scale: scale, addend: addend?.rows(range), bias: bias, activated: activated?.rows(range),
      activation: activation, preActivation: preActivation?.rows(range))
  }

  /// What follows the last addition to c.
  func finish(_ c: Matrix, _ kernels: KernelSet) {
    if let activated { activation.forwardSerially(c, into: activated, kernels) }
    if let preActivation { GELU.backwardSerially(input: preActivation, gradient: c, kernels) }
  }
}
