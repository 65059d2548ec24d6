enum LogSumExp {
  /// ln Σ exp(xᵢ) = m + ln Σ exp(xᵢ − m) for m = max xᵢ: no term overflows, and one of them is 1.
  ///
  /// - Parameters:
  ///   - logits: (V), none of them NaN.
  ///   - greatest: The greatest of them, finite.
  static func value(of logits: UnsafeBufferPointer<Float>, greatest: Float) -> Double {
    var sums = Exponential.Vector.zero
    var start = 0
    while start < logits.count {
      let distances = Exponential.Vector(Exponential.load(logits, at: start)) - Double(greatest)
      sums += Exponential.ofNonPositive(distances)
      start += Exponential.width
    }
    return Double(greatest) + naturalLogarithm(sums.sum())
  }
}
