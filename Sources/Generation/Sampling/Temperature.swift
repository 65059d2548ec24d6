/// Softmax at a temperature: wᵢ = exp((xᵢ − max x) / T), and pᵢ = wᵢ / Σ w (Ackley, Hinton, Sejnowski 1985).
///
/// Below 1 the likely tokens become likelier, above 1 less so. The greatest logit has the weight 1, so nothing
/// overflows.
struct Temperature: Sendable {
  /// T > 0, finite.
  let value: Float

  /// Writes the weights of `logits`, both of the same count, and returns their sum.
  ///
  /// - Parameter greatest: The greatest of the logits, finite.
  func weigh(
    _ logits: UnsafeBufferPointer<Float>, greatest: Float, into weights: UnsafeMutableBufferPointer<Double>
  ) -> Double {
    var sums = Exponential.Vector.zero
    var start = 0
    while start < logits.count {
      let distances = (Exponential.load(logits, at: start) - greatest) / value
      let weight = Exponential.ofNonPositive(Exponential.Vector(distances))
      Self.store(weight, to: weights, at: start)
      sums += weight
      start += Exponential.width
    }
    return sums.sum()
  }

  @inline(__always)
  private static func store(
    _ weight: Exponential.Vector, to weights: UnsafeMutableBufferPointer<Double>, at start: Int
  ) {
    if start + Exponential.width <= weights.count {
      UnsafeMutableRawPointer(weights.baseAddress.unsafelyUnwrapped + start)
        .storeBytes(of: weight, as: Exponential.Vector.self)
    } else {
      for lane in 0..<weights.count - start { weights[start + lane] = weight[lane] }
    }
  }
}
