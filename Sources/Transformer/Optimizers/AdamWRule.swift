import GPT2Kernels

/// AdamW, of which `Kernels.AdamW` has the formula: two moments of every value.
struct AdamWRule: UpdateRule {
  let beta1: Float
  let beta2: Float
  let epsilon: Float

  var name: String { "adamw" }
  var isElementwise: Bool { true }

  func states(rows: Int, columns: Int) -> [(name: String, count: Int)] {
    [("m", rows * columns), ("v", rows * columns)]
  }

  func update(
    _ weight: Matrix, gradient: Matrix, states: [UnsafeMutableBufferPointer<Float>], in step: UpdateStep,
    on workers: Workers
  ) {
    AdamW.update(
      parameters: weight.flat, gradients: gradient.flat, firstMoments: states[0], secondMoments: states[1],
      settings: AdamWStep(
        learningRate: step.learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
        weightDecay: step.weightDecay, gradientScale: step.gradientScale, step: step.count),
      on: workers)
  }
}
