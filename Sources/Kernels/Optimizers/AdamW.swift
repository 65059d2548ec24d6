/// One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101), with g the gradient and t the step from 1:
///
///     m = β₁·m + (1 − β₁)·g,   v = β₂·v + (1 − β₂)·g²,   m̂ = m / (1 − β₁ᵗ),   v̂ = v / (1 − β₂ᵗ),
///     p = p − η·(m̂ / (√v̂ + ε) + λ·p).
public struct AdamWStep: Sendable {
  public var learningRate: Float
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float
  public var weightDecay: Float
  /// Multiplies each gradient first: how it is clipped to a norm.
  public var gradientScale: Float
  /// From 1.
  public var step: Int

  public init(
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

public enum AdamW {
  private static let partValues = 1 << 16

  /// Updates the parameters and both moments; the gradients are only read.
  public static func update(
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
    let formula = Formula(settings)
    workers.run(over: count, inRangesOf: partValues) { range in
      let (p, g) = (parameters + range.lowerBound, gradients + range.lowerBound)
      let (m, v) = (first + range.lowerBound, second + range.lowerBound)
      Vectors.forEach(range.count) { start, lanes in
        var values = Formula.Values(
          p: Vectors.load(p + start, lanes), m: Vectors.load(m + start, lanes),
          v: Vectors.load(v + start, lanes))
        formula.update(&values, g: Vectors.load(g + start, lanes))
        Vectors.store(values.p, to: p + start, lanes)
        Vectors.store(values.m, to: m + start, lanes)
        Vectors.store(values.v, to: v + start, lanes)
      }
    }
  }

  /// The step's formula, with all that does not depend on the parameter computed once.
  private struct Formula {
    let settings: AdamWStep
    let correction1: Float
    let correction2: Float

    init(_ settings: AdamWStep) {
      self.settings = settings
      // In double precision: 1 − β₂ᵗ is a difference of near numbers in the first steps.
      correction1 = Float(1 / (1 - ScalarMath.power(Double(settings.beta1), Double(settings.step))))
      correction2 = Float(1 / (1 - ScalarMath.power(Double(settings.beta2), Double(settings.step))))
    }

    struct Values {
      var p: Vector
      var m: Vector
      var v: Vector
    }

    @inline(__always)
    func update(_ values: inout Values, g gradient: Vector) {
      let g = gradient * settings.gradientScale
      values.m = settings.beta1 * values.m + (1 - settings.beta1) * g
      values.v = settings.beta2 * values.v + (1 - settings.beta2) * (g * g)
      let deviation = VectorMath.squareRoot(values.v * correction2) + settings.epsilon
      let direction = values.m * correction1 / deviation + settings.weightDecay * values.p
      values.p -= settings.learningRate * direction
    }
  }
}
