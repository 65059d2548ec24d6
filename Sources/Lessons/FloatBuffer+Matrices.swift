import GPT2Kernels
import GPT2Transformer

extension FloatBuffer {
  /// The buffer as matrices, one behind the other.
  ///
  /// - Parameter shapes: Rows and columns, of no more values in all than the buffer has.
  func matrices(_ shapes: [(rows: Int, columns: Int)]) -> [Matrix] {
    precondition(shapes.reduce(0) { $0 + $1.rows * $1.columns } <= values.count, "more than the buffer has")
    guard var next = values.baseAddress else { preconditionFailure("an empty buffer") }
    return shapes.map { rows, columns in
      defer { next += rows * columns }
      return Matrix(next, rows: rows, columns: columns)
    }
  }
}
