import CKernels

/// Asks for a matrix's cache lines a few at a time, while something else is computed.
///
/// The rows of a block are too short for the processor to see a pattern in them: reading them unasked costs a
/// fifth of a product's time.
struct Prefetch {
  private let matrix: Matrix
  private let linesPerRow: Int
  private var row = 0
  private var line = 0

  private static let floatsPerLine = 16

  init(_ matrix: Matrix) {
    self.matrix = matrix
    linesPerRow = (matrix.columns + Self.floatsPerLine - 1) / Self.floatsPerLine
  }

  /// Asks for some columns of a row, if there is such a row.
  @inline(__always)
  static func request(_ matrix: Matrix, row: Int, columns: Range<Int>) {
    guard row < matrix.rows else { return }
    for column in stride(from: columns.lowerBound, to: columns.upperBound, by: floatsPerLine) {
      ck_prefetch(matrix.base + row * matrix.stride + column)
    }
  }

  var lines: Int { matrix.rows * linesPerRow }

  mutating func request(_ count: Int) {
    for _ in 0..<count {
      guard row < matrix.rows else { return }
      ck_prefetch(matrix.base + row * matrix.stride + line * Self.floatsPerLine)
      line += 1
      if line == linesPerRow {
        line = 0
        row += 1
      }
    }
  }
}
