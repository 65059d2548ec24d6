import GPT2WeightFormats

/// The weight of a linear layer as the products of inference take it.
package enum LinearWeight {
  /// (OC, IC), read where it is stored, or where it was decoded to.
  case rows(EncodedMatrix)
  /// Quantised, sixteen rows side by side.
  case repacked(RepackedWeights)

  var rows: Int {
    switch self {
    case .rows(let matrix): matrix.rows
    case .repacked(let panels): panels.rows
    }
  }

  var columns: Int {
    switch self {
    case .rows(let matrix): matrix.columns
    case .repacked(let panels): panels.columns
    }
  }
}

extension LinearWeight {
  /// Bytes that products need of a stored matrix besides; `nil` if it is multiplied where it lies.
  package static func byteCount(of matrix: EncodedMatrix) -> Int? {
    if let format = matrix.format.products {
      return format.byteCount(matrix.columns).map { matrix.rows * $0 }
    }
    return RepackedWeights.byteCount(of: matrix)
  }

  /// A stored matrix as products take it: repacked, or decoded if the kernels do not know the format.
  ///
  /// - Parameter target: Room for `byteCount(of:)` bytes; not used by a matrix that is multiplied where it lies.
  package static func prepare(
    _ matrix: EncodedMatrix, into target: UnsafeMutableRawPointer, on workers: Workers
  ) -> LinearWeight {
    if let format = matrix.format.products {
      return .rows(matrix.encoded(as: format, into: target, on: workers))
    }
    return matrix.format.layout == nil
      ? .rows(matrix) : .repacked(RepackedWeights.pack(matrix, into: target, on: workers))
  }
}

/// How the rows of a linear layer's input are multiplied. A row is the same bits whatever others are beside it, but
/// not the same either way.
package enum RowProducts: Sendable {
  /// Each by every weight as it is stored, as a token that is generated is. Quantised weights are multiplied with rows
  /// rounded to bytes, others with fp32.
  case alone
  /// Blocks of rows by blocks of packed weights, both rounded to a precision, as a prompt's tokens are.
  case packed
}

extension Linear {
  /// More rows repay packing the weights.
  package static let fewRows = 8

  /// Whether a row is the same bits whatever others are beside it in products of packed weights: not by BLAS.
  package static func packsEachRowAlike(_ precision: Precision, on workers: Workers) -> Bool {
    if case .packed = Product.engine(for: precision, of: workers.kernels) { true } else { false }
  }

  /// Writes residual + input · weightᵀ + bias, and with `activated` an activation of that to there.
  ///
  /// - Parameters:
  ///   - precision: What rows and weights are rounded to for packed products.
  ///   - products: `alone` for few rows if not given, else `packed`.
  package static func forward(
    _ input: Matrix,  // (R, IC)
    weight: LinearWeight,  // (OC, IC)
    bias: Matrix?,  // (1, OC)
    residual: Matrix?,  // (R, OC)
    into output: Matrix,  // (R, OC)
    activated: Matrix? = nil,  // (R, OC)
    activation: Activation = .tanhGELU,
    precision: Precision,
    products: RowProducts? = nil,
    on workers: Workers
  ) {
    precondition(input.columns == weight.columns && output.columns == weight.rows, "shapes disagree")
    precondition(input.rows == output.rows, "shapes disagree")
    let epilogue = Epilogue(addend: residual, bias: bias, activated: activated, activation: activation)
    epilogue.checkShapes(output)
    switch (products ?? (input.rows <= fewRows ? .alone : .packed), weight) {
    case (.packed, _):
      Product(a: Operand(input), b: RightFactor(weight), c: output, epilogue: epilogue).run(
        precision, on: workers)
    case (.alone, .repacked(let panels)):
      QuantizedGEMV.run(input, panels, into: output, epilogue: epilogue, on: workers)
    case (.alone, .rows(let matrix)):
      GEMV.run(input, matrix, into: output, epilogue: epilogue, on: workers)
    }
  }
}
