/// A view of row-major float32 values: (rows, columns), `stride` values from one row to the next.
///
/// It owns nothing and costs nothing; whoever made it keeps the memory alive. A bias is a matrix of one row.
/// Debug builds trap an index out of bounds.
package struct Matrix {
  package let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int
  package let stride: Int

  @inlinable
  package init(_ base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    assert(rows >= 0 && columns >= 0 && (stride ?? columns) >= columns)
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
  }

  /// The number of values the view shows.
  @inlinable package var count: Int { rows * columns }

  /// All values of a matrix without gaps between its rows.
  @inlinable
  package var flat: UnsafeMutableBufferPointer<Float> {
    assert(stride == columns || rows < 2)
    return UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// One row, to be taken outside the inner loop.
  @inlinable
  package subscript(row: Int) -> UnsafeMutableBufferPointer<Float> {
    assert(row >= 0 && row < rows)
    return UnsafeMutableBufferPointer(start: base + row * stride, count: columns)
  }

  /// A band of rows.
  @inlinable
  package func rows(_ range: Range<Int>) -> Matrix {
    assert(range.lowerBound >= 0 && range.upperBound <= rows)
    return Matrix(base + range.lowerBound * stride, rows: range.count, columns: columns, stride: stride)
  }

  /// A band of columns.
  @inlinable
  package func columns(_ range: Range<Int>) -> Matrix {
    assert(range.lowerBound >= 0 && range.upperBound <= columns)
    return Matrix(base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }
}
