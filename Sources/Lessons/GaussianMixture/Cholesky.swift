/// The lower triangular L with L·Lᵀ = A, of a symmetric positive definite A: what a Gaussian needs of its covariance.
/// The square root of a matrix, so to say: L turns a circle into the Gaussian's ellipse, and L⁻¹ turns it back.
package struct Cholesky: Equatable, Sendable {
  package let dimensions: Int
  /// (D, D), 0 above the diagonal.
  package let values: [Double]

  /// What is left of a diagonal element, relative to it, when rounding errors are all that may be left. They are a few
  /// units of 1e-16, and larger where the pivots before were small; beyond this, distances would be noise.
  private static let leastPivot = 1e-12

  /// - Parameter matrix: (D, D); only the lower triangle is read.
  /// - Returns: `nil` if the matrix is not positive definite, or so nearly not that double precision cannot tell.
  package init?(_ matrix: [Double], dimensions: Int) {
    precondition(matrix.count == dimensions * dimensions, "shapes disagree")
    self.dimensions = dimensions
    var factor = [Double](repeating: 0, count: matrix.count)
    for row in 0..<dimensions {
      for column in 0...row {
        var rest = matrix[row * dimensions + column]
        for other in 0..<column {
          rest -= factor[row * dimensions + other] * factor[column * dimensions + other]
        }
        if row == column {
          guard rest > Self.leastPivot * matrix[row * dimensions + row], rest > 0, rest.isFinite else {
            return nil
          }
          factor[row * dimensions + row] = rest.squareRoot()
        } else {
          factor[row * dimensions + column] = rest / factor[column * dimensions + column]
        }
      }
    }
    guard factor.allSatisfy(\.isFinite) else { return nil }
    values = factor
  }

  /// |L⁻¹·v|² = vᵀ·A⁻¹·v, by solving from the top down; A⁻¹ itself is never computed.
  ///
  /// - Parameter vector: (D); holds L⁻¹·v afterwards.
  func squaredLength(ofSolved vector: inout [Double]) -> Double {
    var sum = 0.0
    for row in 0..<dimensions {
      var rest = vector[row]
      for column in 0..<row { rest -= values[row * dimensions + column] * vector[column] }
      rest /= values[row * dimensions + row]
      vector[row] = rest
      sum += rest * rest
    }
    return sum
  }

  /// A⁻¹·v, from the top down by L and from the bottom up by Lᵀ.
  func solution(of vector: [Double]) -> [Double] {
    var solution = vector
    _ = squaredLength(ofSolved: &solution)
    for row in (0..<dimensions).reversed() {
      var rest = solution[row]
      for other in row + 1..<dimensions { rest -= values[other * dimensions + row] * solution[other] }
      solution[row] = rest / values[row * dimensions + row]
    }
    return solution
  }

  /// L·v
  package func times(_ vector: [Double]) -> [Double] {
    (0..<dimensions).map { row in
      (0...row).reduce(0.0) { $0 + values[row * dimensions + $1] * vector[$1] }
    }
  }
}
