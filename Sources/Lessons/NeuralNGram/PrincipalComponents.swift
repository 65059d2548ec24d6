/// The directions in which rows of numbers differ most (Pearson 1901; Hotelling 1933): eigenvectors of their covariance.
///
/// Made for few rows of many numbers: the eigenvectors are found from those of the rows' products with each other, of which
/// there are fewer (Turk and Pentland 1991, "Eigenfaces for Recognition").
package struct PrincipalComponents: Sendable {
  /// Of the rows, (D).
  package let mean: [Double]
  /// Of length 1, at right angles, by falling variance; each so that its number of the largest magnitude is positive. At
  /// most N − 1 and D, as directions in which nothing differs are left out.
  package let axes: [[Double]]
  /// Along each axis, over N rather than N − 1.
  package let variances: [Double]

  /// - Parameter rows: (N, D), at least one row of at least one number.
  package init(of rows: [[Double]]) {
    precondition(!rows.isEmpty && !rows[0].isEmpty, "nothing to look at")
    let mean = rows[0].indices.map { d in rows.reduce(0.0) { $0 + $1[d] } / Double(rows.count) }
    let centred = rows.map { row in zip(row, mean).map { $0 - $1 } }
    let products = centred.map { a in
      centred.map { b in zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 } / Double(rows.count) }
    }
    let (values, vectors) = Self.eigenvectors(of: products)
    let all = values.reduce(0, +)
    let order = values.indices.filter { values[$0] > all * 1e-12 }.sorted { values[$0] > values[$1] }
    self.mean = mean
    variances = order.map { values[$0] }
    axes = order.map { place in
      // Xᵀ·u is an eigenvector of XᵀX wherever u is one of XXᵀ.
      let sums = mean.indices.map { d in rows.indices.reduce(0.0) { $0 + centred[$1][d] * vectors[$1][place] }
      }
      let length = sums.reduce(0.0) { $0 + $1 * $1 }.squareRoot()
      let largest = sums.max { abs($0) < abs($1) } ?? 0
      return sums.map { $0 / (largest < 0 ? -length : length) }
    }
  }

  /// How much of all variance the first axes have, from 0 to 1; 0 if there is none.
  package func share(ofFirst count: Int) -> Double {
    let all = variances.reduce(0, +)
    return all > 0 ? variances.prefix(count).reduce(0, +) / all : 0
  }

  /// How far a row reaches along the first axes from where all numbers are 0; 0 along axes that are not there.
  package func projection(of row: [Double], onFirst count: Int) -> [Double] {
    let parts = axes.prefix(count).map { axis in zip(axis, row).reduce(0.0) { $0 + $1.0 * $1.1 } }
    return parts + [Double](repeating: 0, count: count - parts.count)
  }

  /// By Jacobi's rotations, row by row (Golub and Van Loan, Matrix Computations, section 8.5).
  ///
  /// - Parameter matrix: Symmetric, (D, D).
  /// - Returns: The eigenvalues in no order, and (D, D) with an eigenvector in each column.
  private static func eigenvectors(of matrix: [[Double]]) -> (values: [Double], vectors: [[Double]]) {
    var matrix = matrix
    let size = matrix.count
    var vectors = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
    let whole = matrix.joined().reduce(0.0) { $0 + $1 * $1 }
    // It converges quadratically: ten sweeps are more than any matrix here needs.
    for _ in 0..<50 {
      var rest = 0.0
      for p in 0..<size { for q in 0..<p { rest += matrix[p][q] * matrix[p][q] } }
      if rest <= whole * 1e-30 { break }
      for p in 0..<size {
        for q in 0..<p where matrix[p][q] != 0 { rotate(p, q, &matrix, &vectors) }
      }
    }
    return (matrix.indices.map { matrix[$0][$0] }, vectors)
  }

  /// Turns the plane of two axes so that the matrix has a 0 where they meet.
  private static func rotate(_ p: Int, _ q: Int, _ matrix: inout [[Double]], _ vectors: inout [[Double]]) {
    let slant = (matrix[q][q] - matrix[p][p]) / (2 * matrix[p][q])
    let tangent = (slant < 0 ? -1 : 1) / (abs(slant) + (1 + slant * slant).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    for k in matrix.indices {
      (matrix[k][p], matrix[k][q]) = (
        cosine * matrix[k][p] - sine * matrix[k][q], sine * matrix[k][p] + cosine * matrix[k][q]
      )
    }
    for k in matrix.indices {
      (matrix[p][k], matrix[q][k]) = (
        cosine * matrix[p][k] - sine * matrix[q][k], sine * matrix[p][k] + cosine * matrix[q][k]
      )
    }
    for k in vectors.indices {
      (vectors[k][p], vectors[k][q]) = (
        cosine * vectors[k][p] - sine * vectors[k][q], sine * vectors[k][p] + cosine * vectors[k][q]
      )
    }
  }
}
