/// softmax(x)ᵢ = exp(xᵢ − m) / Σ exp(xⱼ − m), where m is the largest of x, so that no exponential overflows.
///
/// The largest leaves out values that are not numbers, but the sum does not: one NaN makes the sum NaN.
enum Softmax {
  /// Replaces each value by exp(value − largest) and returns their sum.
  static func exponentiate(
    _ values: UnsafeMutablePointer<Float>, minus largest: Float, count: Int
  ) -> Float {
    var sum = Vector.zero
    Vectors.forEach(count) { start, lanes in
      let power = VectorMath.exp(Vectors.load(values + start, lanes, padding: -.infinity) - largest)
      Vectors.store(power, to: values + start, lanes)
      sum += power
    }
    return sum.sum()
  }

  /// Σ exp(value − largest), leaving the values as they are.
  static func sumOfExponentials(
    _ values: UnsafePointer<Float>, minus largest: Float, count: Int
  ) -> Float {
    var sum = Vector.zero
    Vectors.forEach(count) { start, lanes in
      sum += VectorMath.exp(Vectors.load(values + start, lanes, padding: -.infinity) - largest)
    }
    return sum.sum()
  }
}
