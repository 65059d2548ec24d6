import GPT2Kernels

/// Muon, of which `Kernels.Muon` has the formula: a momentum of every value.
struct MuonRule: UpdateRule {
  let momentum: Float

  var name: String { "muon" }
  var isElementwise: Bool { false }

  func states(rows: Int, columns: Int) -> [(name: String, count: Int)] {
    [("m", rows * columns)]
  }

  func scratchCount(rows: Int, columns: Int) -> Int { Muon.scratchValues(rows: rows, columns: columns) }

  func update(
    _ weight: Matrix, gradient: Matrix, states: [UnsafeMutableBufferPointer<Float>], in step: UpdateStep,
    on workers: Workers
  ) {
    Muon.update(
      weight: weight, gradient: gradient, momentum: weight.shaped(states[0]),
      settings: MuonStep(
        learningRate: step.learningRate, momentum: momentum, weightDecay: step.weightDecay,
        gradientScale: step.gradientScale),
      precision: step.precision, on: workers)
  }
}

extension Matrix {
  /// As many values as a matrix of this one's shape.
  func shaped(_ values: UnsafeMutableBufferPointer<Float>) -> Matrix {
    guard let base = values.baseAddress, values.count == count else {
      preconditionFailure("as many are kept as the rule says")
    }
    return Matrix(base, rows: rows, columns: columns)
  }
}
