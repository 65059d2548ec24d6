import GPT2Platform

// Whole buffers at a time: `uniform_` and `normal_` of llm.c's `llmc/rand.h`, operation for operation in
// float32, so the bits agree with it where the two C libraries' logf, cosf and sinf do.
extension MersenneTwister {
  /// Fills `values` with uniform numbers in [lower, upper).
  package mutating func fillUniform(
    _ values: UnsafeMutableBufferPointer<Float>, from lower: Float, to upper: Float
  ) {
    fillUnit(values)
    let width = upper - lower
    for index in values.indices { values[index] = values[index] * width + lower }
  }

  /// Fills `values` with normal numbers by the Box–Muller transform.
  ///
  /// Fewer than 16 values are drawn one pair at a time from 53-bit uniforms, 16 or more in blocks of 16 from
  /// 24-bit ones, as PyTorch does. PyTorch's vectorised logarithm and cosine may differ in the last bits.
  package mutating func fillNormal(
    _ values: UnsafeMutableBufferPointer<Float>, mean: Float, standardDeviation: Float
  ) {
    guard values.count >= 16 else {
      fillFewNormal(values, mean: mean, standardDeviation: standardDeviation)
      return
    }
    fillUnit(values)
    for start in stride(from: 0, through: values.count - 16, by: 16) {
      Self.boxMuller(block(of: values, at: start), mean: mean, standardDeviation: standardDeviation)
    }
    if values.count % 16 != 0 {
      // The last block overlaps its predecessor and is drawn afresh.
      let last = block(of: values, at: values.count - 16)
      fillUnit(last)
      Self.boxMuller(last, mean: mean, standardDeviation: standardDeviation)
    }
  }

  private func block(
    of values: UnsafeMutableBufferPointer<Float>, at start: Int
  ) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(rebasing: values[start..<start + 16])
  }

  private mutating func fillUnit(_ values: UnsafeMutableBufferPointer<Float>) {
    var filled = 0
    drawRuns(values.count) { words in
      for index in words.indices { values[filled + index] = Self.unitFloat(words[index]) }
      filled += words.count
    }
  }

  /// Turns 16 uniform numbers into normal ones: values t and t + 8 are one Box–Muller pair.
  private static func boxMuller(
    _ values: UnsafeMutableBufferPointer<Float>, mean: Float, standardDeviation: Float
  ) {
    for index in 0..<8 {
      let u1 = 1 - values[index]
      let u2 = values[index + 8]
      let radius = (-2 * logf(u1 + 1e-12)).squareRoot()
      let theta = Float(2 * Double.pi * Double(u2))
      values[index] = radius * cosf(theta) * standardDeviation + mean
      values[index + 8] = radius * sinf(theta) * standardDeviation + mean
    }
  }

  private mutating func fillFewNormal(
    _ values: UnsafeMutableBufferPointer<Float>, mean: Float, standardDeviation: Float
  ) {
    for index in stride(from: 0, to: values.count, by: 2) {
      let u1 = Float(nextDouble())
      let u2 = Float(nextDouble())
      let radius = (-2 * logf(1 - u2 + 1e-12)).squareRoot()
      let theta = Float(2 * Double.pi * Double(u1))
      values[index] = radius * cosf(theta) * standardDeviation + mean
      guard index + 1 < values.count else { return }
      // The second of a pair is scaled in double precision.
      let second = Double(radius * sinf(theta))
      values[index + 1] = Float(second * Double(standardDeviation) + Double(mean))
    }
  }
}
