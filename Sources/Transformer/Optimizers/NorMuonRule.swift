import GPT2Kernels

/// NorMuon, of which `Kernels.NorMuon` has the formula: a momentum of every value, and a second moment of every row.
struct NorMuonRule: UpdateRule {
  let momentum: Float
  let beta2: Float

  var name: String { "normuon" }
  var isElementwise: Bool { false }

  func states(rows: Int, columns: Int) -> [(name: String, count: Int)] {
    [("m", rows * columns), ("v", rows)]
  }

  func scratchCount(rows: Int, columns: Int) -> Int { Muon.scratchValues(rows: rows, columns: columns) }

  func update(
    _ weight: Matrix, gradient: Matrix, states: [UnsafeMutableBufferPointer<Float>], in step: UpdateStep,
    on workers: Workers
  ) {
    NorMuon.update(
      weight: weight, gradient: gradient, momentum: weight.shaped(states[0]), rowMoments: states[1],
      settings: MuonStep(
        learningRate: step.learningRate, momentum: momentum, weightDecay: step.weightDecay,
        gradientScale: step.gradientScale),
      beta2: beta2, precision: step.precision, on: workers)
  }
}
