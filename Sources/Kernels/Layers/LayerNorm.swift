/// y = (x − μ)·ρ·w + b, where μ is the mean and ρ = 1/√(σ² + ε) (rstd) of each row
/// (Ba, Kiros and Hinton 2016, arXiv:1607.06450).
///
/// With n = (x − μ)·ρ and g = w·dy:  dx = ρ·(g − mean(g) − n·mean(g·n)),  dw = Σ rows dy·n,  db = Σ rows dy.
public enum LayerNorm {
  public static let epsilon: Float = 1e-5

  private static let partValues = 1 << 14
  /// Rows whose share of the weight's and bias's gradients is summed before the shares are.
  private static let blockRows = 16

  public static func forward(
    _ input: Matrix,  // (BT, C)
    weight: Matrix,  // (1, C)
    bias: Matrix,  // (1, C)
    into output: Matrix,  // (BT, C)
    means: Matrix,  // (1, BT)
    rstd: Matrix,  // (1, BT)
    on workers: Workers
  ) {
    let channels = input.columns
    precondition(output.rows == input.rows && output.columns == channels, "shapes disagree")
    precondition(weight.count == channels && bias.count == channels, "shapes disagree")
    precondition(means.count == input.rows && rstd.count == input.rows, "shapes disagree")
    workers.run(over: input.rows, inRangesOf: input.rowsPerPart(ofValues: partValues)) { rows in
      for row in rows {
        let x = input.base + row * input.stride
        let y = output.base + row * output.stride
        let mean = Vectors.sum(x, count: channels) { $0 } / Float(channels)
        // Padding with the mean leaves the last, partial vector's other lanes at 0.
        let variance =
          Vectors.sum(x, count: channels, padding: mean) {
            let centred = $0 - mean
            return centred * centred
          } / Float(channels)
        let rowRstd = 1 / (variance + epsilon).squareRoot()
        Vectors.forEach(channels) { start, lanes in
          let n = (Vectors.load(x + start, lanes) - mean) * rowRstd
          let scaled = n * Vectors.load(weight.base + start, lanes) + Vectors.load(bias.base + start, lanes)
          Vectors.store(scaled, to: y + start, lanes)
        }
        means.base[row] = mean
        rstd.base[row] = rowRstd
      }
    }
  }

  /// Writes or adds to each gradient, as the two flags say; the weight's and the bias's only if asked for.
  public static func backward(
    outputGradient: Matrix,  // (BT, C)
    input: Matrix,  // (BT, C)
    weight: Matrix,  // (1, C)
    means: Matrix,  // (1, BT)
    rstd: Matrix,  // (1, BT)
    addingTo inputGradient: Matrix,  // (BT, C)
    inputGradientAccumulating: Bool = true,
    weightGradient: Matrix?,  // (1, C)
    biasGradient: Matrix?,  // (1, C)
    accumulating: Bool,
    on workers: Workers
  ) {
    let (rowCount, channels) = (input.rows, input.columns)
    precondition(outputGradient.rows == rowCount && outputGradient.columns == channels, "shapes disagree")
    precondition(inputGradient.rows == rowCount && inputGradient.columns == channels, "shapes disagree")
    precondition(
      [weight, weightGradient, biasGradient].allSatisfy { $0.map { $0.count == channels } ?? true },
      "shapes disagree")
    precondition(means.count == rowCount && rstd.count == rowCount, "shapes disagree")
    let blocks = (rowCount + blockRows - 1) / blockRows
    // The shares are taken in any case: they cost next to nothing while the rows are in the cache.
    let shares = UnsafeMutablePointer<Float>.allocate(capacity: blocks * 2 * channels)  // (blocks, 2, C)
    defer { shares.deallocate() }
    workers.run(over: rowCount, inRangesOf: blockRows) { rows in
      let share = shares + rows.lowerBound / blockRows * 2 * channels
      share.update(repeating: 0, count: 2 * channels)
      for row in rows {
        let normalised = Normaliser(
          mean: means.base[row], rstd: rstd.base[row])
        backwardRow(
          outputGradient.base + row * outputGradient.stride, input.base + row * input.stride, weight.base,
          normalised, into: inputGradient.base + row * inputGradient.stride,
          accumulating: inputGradientAccumulating, weightShare: share, biasShare: share + channels,
          channels: channels)
      }
    }
    let allShares = Matrix(shares, rows: blocks, columns: 2 * channels)
    for (gradient, columns) in [(weightGradient, 0..<channels), (biasGradient, channels..<2 * channels)] {
      guard let gradient else { continue }
      ColumnSums.sum(allShares.columns(columns), into: gradient, accumulating: accumulating, on: workers)
    }
  }

  /// n = (x − μ)·ρ.
  private struct Normaliser {
    let mean: Float
    let rstd: Float

    @inline(__always)
    func callAsFunction(_ x: Vector) -> Vector { (x - mean) * rstd }
  }

  private static func backwardRow(
    _ dy: UnsafePointer<Float>,  // (C)
    _ x: UnsafePointer<Float>,  // (C)
    _ weight: UnsafePointer<Float>,  // (C)
    _ normalised: Normaliser,
    into dx: UnsafeMutablePointer<Float>,  // (C)
    accumulating: Bool,
    weightShare: UnsafeMutablePointer<Float>,  // (C)
    biasShare: UnsafeMutablePointer<Float>,  // (C)
    channels: Int
  ) {
    var (sum, product) = (Vector.zero, Vector.zero)  // of g and g·n
    Vectors.forEach(channels) { start, lanes in
      let dy = Vectors.load(dy + start, lanes)
      let n = normalised(Vectors.load(x + start, lanes))
      let g = Vectors.load(weight + start, lanes) * dy
      sum += g
      product += g * n
      Vectors.store(Vectors.load(weightShare + start, lanes) + dy * n, to: weightShare + start, lanes)
      Vectors.store(Vectors.load(biasShare + start, lanes) + dy, to: biasShare + start, lanes)
    }
    let (mean, correlation) = (sum.sum() / Float(channels), product.sum() / Float(channels))
    Vectors.forEach(channels) { start, lanes in
      let n = normalised(Vectors.load(x + start, lanes))
      let g = Vectors.load(weight + start, lanes) * Vectors.load(dy + start, lanes)
      let gradient = (g - mean - n * correlation) * normalised.rstd
      let before = accumulating ? Vectors.load(dx + start, lanes) : .zero
      Vectors.store(before + gradient, to: dx + start, lanes)
    }
  }
}
