/// One step of Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) for a matrix W of (rows, columns), with g
/// its gradient:
///
///     m = μ·m + g,   u = g + μ·m,   O ≈ U·Vᵀ where u = U·S·Vᵀ,   W = W − η·(0.2·√max(rows, columns)·O + λ·W).
///
/// The factor before O gives the update the size that AdamW's usually has (Liu et al. 2025, arXiv:2502.16982), so that
/// both take the same η and λ.
public struct MuonStep: Sendable {
  public var learningRate: Float
  public var momentum: Float
  public var weightDecay: Float
  /// Multiplies each gradient first: how it is clipped to a norm.
  public var gradientScale: Float

  public init(learningRate: Float, momentum: Float = 0.95, weightDecay: Float = 0, gradientScale: Float = 1) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
  }
}

public enum Muon {
  private static let partValues = 1 << 16
  /// Of AdamW's updates, by the root of their mean square.
  private static let updateSize: Float = 0.2

  /// Updates a weight and its momentum; the gradient is only read.
  public static func update(
    weight: Matrix,  // (rows, columns), of one piece as the others
    gradient: Matrix,  // (rows, columns)
    momentum: Matrix,  // (rows, columns)
    settings: MuonStep,
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let (rows, columns) = (weight.rows, weight.columns)
    for matrix in [weight, gradient, momentum] {
      precondition(matrix.rows == rows && matrix.columns == columns, "shapes disagree")
      precondition(matrix.stride == columns, "the matrix is not of one piece")
    }
    workers.withScratch(Orthogonalisation.scratchValues(rows: rows, columns: columns)) { scratch in
      let direction = Matrix(scratch, rows: rows, columns: columns)
      accumulate(gradient, into: momentum, settings: settings, direction: direction, on: workers)
      let orthogonal = Orthogonalisation(scratch, rows: rows, columns: columns)
        .run(precision: precision, on: workers)
      let scale = updateSize * Float(max(rows, columns)).squareRoot()
      let (rate, decay) = (settings.learningRate, settings.weightDecay)
      workers.run(over: weight.count, inRangesOf: partValues) { range in
        let (w, o) = (weight.base + range.lowerBound, orthogonal.base + range.lowerBound)
        Vectors.forEach(range.count) { start, lanes in
          let value = Vectors.load(w + start, lanes)
          let change = scale * Vectors.load(o + start, lanes) + decay * value
          Vectors.store(value - rate * change, to: w + start, lanes)
        }
      }
    }
  }

  /// m = μ·m + g, u = g + μ·m (Nesterov's momentum).
  private static func accumulate(
    _ gradient: Matrix, into momentum: Matrix, settings: MuonStep, direction: Matrix, on workers: Workers
  ) {
    let (scale, mu) = (settings.gradientScale, settings.momentum)
    workers.run(over: gradient.count, inRangesOf: partValues) { range in
      let (g, m) = (gradient.base + range.lowerBound, momentum.base + range.lowerBound)
      let u = direction.base + range.lowerBound
      Vectors.forEach(range.count) { start, lanes in
        let value = scale * Vectors.load(g + start, lanes)
        let moment = mu * Vectors.load(m + start, lanes) + value
        Vectors.store(moment, to: m + start, lanes)
        Vectors.store(value + mu * moment, to: u + start, lanes)
      }
    }
  }

  /// Values of scratch memory that `update` takes for a matrix of this shape.
  public static func scratchValues(rows: Int, columns: Int) -> Int {
    Orthogonalisation.scratchValues(rows: rows, columns: columns)
  }
}

/// U·Vᵀ of X = U·S·Vᵀ, nearly: five rounds of Newton and Schulz's iteration after X = X / ‖X‖,
///
///     A = X·Xᵀ,   X = (a·I + b·A + c·A²)·X,
///
/// with Jordan's a, b, c, after which all singular values that were not tiny lie between 0.7 and 1.2. For a tall X
/// the same from the other side: A = Xᵀ·X, X = X·(a·I + b·A + c·A²).
private struct Orthogonalisation {
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
