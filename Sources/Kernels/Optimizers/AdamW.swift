import CGPT2Kernels

/// One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), with g the gradient and t the step from 1:
///
///     m = β₁·m + (1 − β₁)·g,   v = β₂·v + (1 − β₂)·g²,   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ),
///     p = p − η·(m̂ / (√v̂ + ε) + λ·p).
package struct AdamWStep: Sendable {
  package var learningRate: Float
  package var beta1: Float
  package var beta2: Float
  package var epsilon: Float
  package var weightDecay: Float
  /// Multiplies each gradient first: how it is clipped to a norm.
  package var gradientScale: Float
  /// From 1.
  package var step: Int

  package init(
    learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 0, gradientScale: Float = 1, step: Int
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.gradientScale = gradientScale
    self.step = step
  }
}

package enum AdamW {
  private static let partValues = 1 << 16

  /// Updates the parameters and both moments; the gradients are only read.
  package static func update(
    parameters: UnsafeMutableBufferPointer<Float>,
    gradients: UnsafeMutableBufferPointer<Float>,
    firstMoments: UnsafeMutableBufferPointer<Float>,
    secondMoments: UnsafeMutableBufferPointer<Float>,
    settings: AdamWStep,
    on workers: Workers
  ) {
    let count = parameters.count
    precondition(gradients.count == count, "shapes disagree")
    precondition(firstMoments.count == count && secondMoments.count == count, "shapes disagree")
    precondition(settings.step >= 1, "steps count from 1")
    guard let parameters = parameters.baseAddress, let gradients = gradients.baseAddress,
      let first = firstMoments.baseAddress, let second = secondMoments.baseAddress
    else { return }
    let step = settings.kernelStep
    workers.run(over: count, inRangesOf: partValues) { range in
      let start = range.lowerBound
      workers.kernels.table.adamw(
        parameters + start, gradients + start, first + start, second + start, step, range.count)
    }
  }
}

extension AdamWStep {
  /// With all that does not depend on the parameter computed once.
  fileprivate var kernelStep: ck_adamw_step {
    // In double precision: 1 − β₂ᵗ is a difference of near numbers in the first steps.
    func correction(_ beta: Float) -> Float { Float(1 / (1 - ScalarMath.power(Double(beta), Double(step)))) }
    return ck_adamw_step(
      learning_rate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
      gradient_scale: gradientScale, correction1: correction(beta1), correction2: correction(beta2))
  }
}
