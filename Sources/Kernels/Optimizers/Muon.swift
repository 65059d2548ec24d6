/// One step of Muon (Jordan et al. 2024, kellerjordan.github.io/posts/muon) for a matrix W of (rows, columns), with g
/// its gradient:
///
///     m = μ·m + g,   u = g + μ·m,   O ≈ U·Vᵀ where u = U·S·Vᵀ,   W = W − η·(0.2·√max(rows, columns)·O + λ·W).
///
/// The factor before O gives the update the size that AdamW's usually has (Liu et al. 2025, arXiv:2502.16982), so that
/// both take the same η and λ.
package struct MuonStep: Sendable {
  package var learningRate: Float
  package var momentum: Float
  package var weightDecay: Float
  /// Multiplies each gradient first: how it is clipped to a norm.
  package var gradientScale: Float

  package init(learningRate: Float, momentum: Float = 0.95, weightDecay: Float = 0, gradientScale: Float = 1)
  {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
  }
}

package enum Muon {
  private static let partValues = 1 << 16
  /// Of AdamW's updates, by the root of their mean square.
  static let updateSize: Float = 0.2

  /// Updates a weight and its momentum; the gradient is only read.
  package static func update(
    weight: Matrix,  // (rows, columns), of one piece as the others
    gradient: Matrix,  // (rows, columns)
    momentum: Matrix,  // (rows, columns)
    settings: MuonStep,
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    let (rows, columns) = (weight.rows, weight.columns)
    withDirection(of: gradient, momentum, settings, precision, on: workers) { orthogonal in
      let scale = updateSize * Float(max(rows, columns)).squareRoot()
      apply(orthogonal, scale: scale, to: weight, settings, on: workers)
    }
  }

  /// Takes up a gradient into its momentum, and calls `body` with O, which it may change.
  static func withDirection(
    of gradient: Matrix, _ momentum: Matrix, _ settings: MuonStep, _ precision: Precision,
    on workers: Workers, _ body: (_ orthogonal: Matrix) -> Void
  ) {
    let (rows, columns) = (gradient.rows, gradient.columns)
    precondition(momentum.rows == rows && momentum.columns == columns, "shapes disagree")
    for matrix in [gradient, momentum] {
      precondition(matrix.stride == columns, "the matrix is not of one piece")
    }
    workers.withScratch(Orthogonalisation.scratchValues(rows: rows, columns: columns)) { scratch in
      let direction = Matrix(scratch, rows: rows, columns: columns)
      accumulate(gradient, into: momentum, settings: settings, direction: direction, on: workers)
      body(Orthogonalisation(scratch, rows: rows, columns: columns).run(precision: precision, on: workers))
    }
  }

  /// W = W − η·(scale·O + λ·W)
  static func apply(
    _ orthogonal: Matrix, scale: Float, to weight: Matrix, _ settings: MuonStep, on workers: Workers
  ) {
    precondition(
      weight.rows == orthogonal.rows && weight.columns == orthogonal.columns
        && weight.stride == weight.columns,
      "shapes disagree")
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
  package static func scratchValues(rows: Int, columns: Int) -> Int {
    Orthogonalisation.scratchValues(rows: rows, columns: columns)
  }
}
