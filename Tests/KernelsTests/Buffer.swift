import GPT2Kernels
import TestSupport
import Testing

/// Memory that a test owns, seen as a matrix whose rows may have gaps between them.
final class Buffer {
  let matrix: Matrix
  private let capacity: Int
  private static let mark: Float = -12345.5

  init(_ rows: Int, _ columns: Int, gap: Int = 0, _ values: [Float]) {
    capacity = rows * (columns + gap)
    let base = UnsafeMutablePointer<Float>.allocate(capacity: max(1, capacity))
    base.initialize(repeating: Self.mark, count: max(1, capacity))
    matrix = Matrix(base, rows: rows, columns: columns, stride: columns + gap)
    for row in 0..<rows {
      for column in 0..<columns { matrix[row][column] = values[row * columns + column] }
    }
  }

  /// Seeded random values.
  convenience init(_ rows: Int, _ columns: Int, gap: Int = 0, seed: UInt64, scale: Float = 1) {
    var random = SeededRandom(seed: seed)
    self.init(rows, columns, gap: gap, random.floats(rows * columns, scale: scale))
  }

  /// NaN throughout, for what an operation must overwrite.
  convenience init(unset rows: Int, _ columns: Int, gap: Int = 0) {
    self.init(rows, columns, gap: gap, [Float](repeating: .nan, count: rows * columns))
  }

  deinit { matrix.base.deallocate() }

  var values: [Float] { (0..<matrix.rows).flatMap { Array(matrix[$0]) } }
  var doubles: [Double] { values.map(Double.init) }

  var flat: UnsafeMutableBufferPointer<Float> { .init(start: matrix.base, count: capacity) }

  /// Whether nothing was written between the rows.
  var gapsAreIntact: Bool {
    (0..<matrix.rows).allSatisfy { row in
      (matrix.columns..<matrix.stride).allSatisfy { matrix.base[row * matrix.stride + $0] == Self.mark }
    }
  }
}

/// Sizes around those of a vector and of a block, of which none divides another.
let oddSizes = [1, 7, 13, 17, 65]

/// Runs `operation` on 1, 2 and 5 threads and expects the same bits.
func expectSameBits(
  sourceLocation: SourceLocation = #_sourceLocation, _ operation: (Workers) -> [Float]
) {
  let expected = operation(Workers(count: 1)).map(\.bitPattern)
  for count in [2, 5] {
    let bits = operation(Workers(count: count)).map(\.bitPattern)
    #expect(bits == expected, "on \(count) threads", sourceLocation: sourceLocation)
  }
}

/// Expects `values` to be near `reference`, relative to its largest.
func expectClose(
  _ values: [Float], _ reference: [Double], within tolerance: Double = 2e-6,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = Closeness.error(of: values, against: reference)
  #expect(error <= tolerance, sourceLocation: sourceLocation)
}

func withTokens<Result>(_ tokens: [Int32], _ body: (UnsafeBufferPointer<Int32>) -> Result) -> Result {
  tokens.withUnsafeBufferPointer(body)
}
