import GPT2Platform

/// A matrix of doubles, row by row: small enough to read every number of.
package struct DoubleMatrix: Equatable, Sendable {
  package let rows: Int
  package let columns: Int
  package var values: [Double]

  package init(rows: Int, columns: Int, values: [Double]) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  package init(zeros rows: Int, _ columns: Int) {
    self.init(rows: rows, columns: columns, values: [Double](repeating: 0, count: rows * columns))
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  package func row(_ row: Int) -> ArraySlice<Double> { values[row * columns..<(row + 1) * columns] }

  /// The rows as arrays.
  package var nested: [[Double]] { (0..<rows).map { Array(row($0)) } }

  /// A·B, of (n, k) and (k, m).
  package func times(_ other: DoubleMatrix) -> DoubleMatrix {
    precondition(columns == other.rows, "shapes disagree")
    return product(rows, columns, other.columns, { ($0 * columns + $1) }, other, { $0 * other.columns + $1 })
  }

  /// A·Bᵀ, of (n, k) and (m, k).
  package func timesTransposed(_ other: DoubleMatrix) -> DoubleMatrix {
    precondition(columns == other.columns, "shapes disagree")
    return product(rows, columns, other.rows, { ($0 * columns + $1) }, other, { $1 * other.columns + $0 })
  }

  /// Aᵀ·B, of (k, n) and (k, m).
  package func transposedTimes(_ other: DoubleMatrix) -> DoubleMatrix {
    precondition(rows == other.rows, "shapes disagree")
    return product(columns, rows, other.columns, { ($1 * columns + $0) }, other, { $0 * other.columns + $1 })
  }

  /// (n, m): sums over k of what lies at `left(i, k)` times what lies at `right(k, j)` of the other.
  @inline(__always)
  private func product(
    _ n: Int, _ inner: Int, _ m: Int, _ left: (Int, Int) -> Int, _ other: DoubleMatrix,
    _ right: (Int, Int) -> Int
  ) -> DoubleMatrix {
    var result = DoubleMatrix(zeros: n, m)
    values.withUnsafeBufferPointer { a in
      other.values.withUnsafeBufferPointer { b in
        result.values.withUnsafeMutableBufferPointer { c in
          for i in 0..<n {
            for k in 0..<inner {
              let factor = a[left(i, k)]
              for j in 0..<m { c[i * m + j] += factor * b[right(k, j)] }
            }
          }
        }
      }
    }
    return result
  }

  package func scaled(by factor: Double) -> DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: values.map { $0 * factor })
  }

  package static func += (left: inout DoubleMatrix, right: DoubleMatrix) {
    precondition(left.rows == right.rows && left.columns == right.columns, "shapes disagree")
    for index in left.values.indices { left.values[index] += right.values[index] }
  }

  mutating func add(_ values: ArraySlice<Double>, toRow row: Int) {
    precondition(values.count == columns, "shapes disagree")
    for (column, value) in values.enumerated() { self[row, column] += value }
  }

  /// Of each row exp(x − m) ÷ Σ exp(x − m), m being its largest value: without m, exp would overflow.
  package var softmax: DoubleMatrix {
    var result = self
    for row in 0..<rows {
      let largest = self.row(row).max() ?? 0
      var sum = 0.0
      for place in row * columns..<(row + 1) * columns {
        result.values[place] = exp(values[place] - largest)
        sum += result.values[place]
      }
      for place in row * columns..<(row + 1) * columns { result.values[place] /= sum }
    }
    return result
  }

  /// The square matrix with −∞ in place of what stands right of the diagonal, so that softmax makes 0 of it.
  package var causallyMasked: DoubleMatrix {
    precondition(rows == columns, "a mask for what is no square")
    var result = self
    for row in 0..<rows {
      for column in row + 1..<max(row + 1, columns) { result[row, column] = -.infinity }
    }
    return result
  }
}
