/// One step of NorMuon (Li et al. 2025, arXiv:2510.05491): Muon, with every row of its update divided by the root of the
/// mean square that this row has had lately, as AdamW divides every value. With O and m as `MuonStep` says, and v one
/// value a row:
///
///     v = β₂·v + (1 − β₂)·mean(O∘O over the row),   N = O / (√v + ε),
///     W = W − η·(0.2·√(rows·columns) / ‖N‖·N + λ·W).
///
/// The factor before N gives the update the size that Muon's and AdamW's have.
package enum NorMuon {
  private static let epsilon: Float = 1e-8

  /// Updates a weight, its momentum and its rows' moments; the gradient is only read.
  package static func update(
    weight: Matrix,  // (rows, columns), of one piece as the others
    gradient: Matrix,  // (rows, columns)
    momentum: Matrix,  // (rows, columns)
    rowMoments: UnsafeMutableBufferPointer<Float>,  // (rows)
    settings: MuonStep,
    beta2: Float = 0.95,
    precision: Precision = .fp32,
    on workers: Workers
  ) {
    precondition(rowMoments.count == weight.rows, "shapes disagree")
    Muon.withDirection(of: gradient, momentum, settings, precision, on: workers) { orthogonal in
      normalise(orthogonal, rowMoments, beta2: beta2, on: workers)
      let norm = Float(GradientNorm.sumOfSquares(orthogonal.flat, on: workers).squareRoot())
      // Of a gradient of zeros the update is zero, too.
      let scale = norm > 0 ? Muon.updateSize * Float(weight.count).squareRoot() / norm : 0
      Muon.apply(orthogonal, scale: scale, to: weight, settings, on: workers)
    }
  }

  private static func normalise(
    _ orthogonal: Matrix, _ rowMoments: UnsafeMutableBufferPointer<Float>, beta2: Float, on workers: Workers
  ) {
    workers.run(over: orthogonal.rows, inRangesOf: orthogonal.rowsPerPart(ofValues: 1 << 14)) { rows in
      for row in rows {
        let values = orthogonal.base + row * orthogonal.columns
        let meanSquare =
          Vectors.sum(values, count: orthogonal.columns) { $0 * $0 } / Float(orthogonal.columns)
        rowMoments[row] = beta2 * rowMoments[row] + (1 - beta2) * meanSquare
        let factor = 1 / (rowMoments[row].squareRoot() + epsilon)
        Vectors.forEach(orthogonal.columns) { start, lanes in
          Vectors.store(factor * Vectors.load(values + start, lanes), to: values + start, lanes)
        }
      }
    }
  }
}
