/// One factor of a product: row-major values, to be read as stored or transposed.
struct Operand {
  let matrix: Matrix
  let transposed: Bool

  init(_ matrix: Matrix, transposed: Bool = false) {
    self.matrix = matrix
    self.transposed = transposed
  }

  var rows: Int { transposed ? matrix.columns : matrix.rows }
  var columns: Int { transposed ? matrix.rows : matrix.columns }

  func rows(_ range: Range<Int>) -> Operand {
    Operand(transposed ? matrix.columns(range) : matrix.rows(range), transposed: transposed)
  }

  func columns(_ range: Range<Int>) -> Operand {
    Operand(transposed ? matrix.rows(range) : matrix.columns(range), transposed: transposed)
  }

  /// The same values with rows and columns exchanged.
  var flipped: Operand { Operand(matrix, transposed: !transposed) }
}
