/// U·Vᵀ of X = U·S·Vᵀ, nearly: five rounds of Newton and Schulz's iteration after X = X / ‖X‖,
///
///     A = X·Xᵀ,   X = (a·I + b·A + c·A²)·X,
///
/// with Jordan's a, b, c, after which all singular values that were not tiny lie between 0.7 and 1.2. For a tall X
/// the same from the other side: A = Xᵀ·X, X = X·(a·I + b·A + c·A²).
struct Orthogonalisation {
  private static let rounds = 5
  private static let (a, b, c): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)

  /// (rows, columns): X, and X of the next round.
  private var x: Matrix
  private var next: Matrix
  /// (k, k) with k the smaller extent: A, and the polynomial in it.
  private let gram: Matrix
  private let polynomial: Matrix

  /// - Parameter scratch: `scratchValues` values, X at their beginning.
  init(_ scratch: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    let (count, k) = (rows * columns, min(rows, columns))
    x = Matrix(scratch, rows: rows, columns: columns)
    next = Matrix(scratch + count, rows: rows, columns: columns)
    gram = Matrix(scratch + 2 * count, rows: k, columns: k)
    polynomial = Matrix(scratch + 2 * count + k * k, rows: k, columns: k)
  }

  static func scratchValues(rows: Int, columns: Int) -> Int {
    let k = min(rows, columns)
    return 2 * (rows * columns + k * k)
  }

  consuming func run(precision: Precision, on workers: Workers) -> Matrix {
    normalise(on: workers)
    let isTall = x.rows > x.columns
    for _ in 0..<Self.rounds {
      Matmul.multiply(
        x, transposed: isTall, x, transposed: !isTall, into: gram, accumulating: false, precision: precision,
        on: workers)
      Matmul.multiply(
        gram, transposed: false, gram, transposed: false, into: polynomial, accumulating: false,
        precision: precision, on: workers)
      addLowerPowers(on: workers)
      let (left, right) = isTall ? (x, polynomial) : (polynomial, x)
      Matmul.multiply(
        left, transposed: false, right, transposed: false, into: next, accumulating: false,
        precision: precision, on: workers)
      (x, next) = (next, x)
    }
    return x
  }

  /// X = X / ‖X‖, so that no singular value is above 1.
  private func normalise(on workers: Workers) {
    let values = UnsafeMutableBufferPointer(start: x.base, count: x.count)
    let norm = Float(GradientNorm.sumOfSquares(values, on: workers).squareRoot())
    let factor = 1 / (norm + 1e-7)
    workers.run(over: x.count, inRangesOf: 1 << 16) { range in
      let part = x.base + range.lowerBound
      Vectors.forEach(range.count) { start, lanes in
        Vectors.store(factor * Vectors.load(part + start, lanes), to: part + start, lanes)
      }
    }
  }

  /// polynomial = a·I + b·gram + c·polynomial, where polynomial holds gram².
  private func addLowerPowers(on workers: Workers) {
    workers.run(over: gram.rows, inRangesOf: 16) { rows in
      for row in rows {
        let (first, second) = (gram.base + row * gram.columns, polynomial.base + row * gram.columns)
        Vectors.forEach(gram.columns) { start, lanes in
          let sum = Self.b * Vectors.load(first + start, lanes) + Self.c * Vectors.load(second + start, lanes)
          Vectors.store(sum, to: second + start, lanes)
        }
        second[row] += Self.a
      }
    }
  }
}
