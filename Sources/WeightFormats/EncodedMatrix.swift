/// A view of a weight matrix as it is stored: (rows, columns), row after row without gaps, at any alignment.
///
/// It owns nothing; whoever made it keeps the memory alive.
package struct EncodedMatrix {
  package let format: WeightFormat
  package let base: UnsafeRawPointer
  package let rows: Int
  package let columns: Int
  package let rowBytes: Int

  /// - Parameter columns: Whole blocks of the format.
  package init(_ format: WeightFormat, _ base: UnsafeRawPointer, rows: Int, columns: Int) {
    guard let rowBytes = format.byteCount(columns) else {
      preconditionFailure("\(columns) columns are no whole blocks of \(format.rawValue)")
    }
    self.format = format
    self.base = base
    self.rows = rows
    self.columns = columns
    self.rowBytes = rowBytes
  }

  package var byteCount: Int { rows * rowBytes }

  /// A band of rows.
  package func rows(_ range: Range<Int>) -> EncodedMatrix {
    assert(range.lowerBound >= 0 && range.upperBound <= rows)
    return EncodedMatrix(format, base + range.lowerBound * rowBytes, rows: range.count, columns: columns)
  }

  /// Widens a row to fp32.
  package func decode(row: Int, into values: UnsafeMutablePointer<Float>) {
    assert((0..<rows).contains(row))
    format.decode(base + row * rowBytes, count: columns, into: values)
  }
}
