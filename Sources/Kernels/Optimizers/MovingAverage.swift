/// One step of an exponential moving average with decay d, element by element, each operation rounded:
///
///     mean = mean + (1 − d)·(x − mean)
///
/// A mean that is equal to x stays so.
package enum MovingAverage {
  private static let partValues = 1 << 16

  package static func add(
    _ values: UnsafeBufferPointer<Float>, to mean: UnsafeMutableBufferPointer<Float>, decay: Float,
    on workers: Workers
  ) {
    precondition(values.count == mean.count, "shapes disagree")
    guard let source = values.baseAddress, let base = mean.baseAddress else { return }
    let part = 1 - decay
    workers.run(over: mean.count, inRangesOf: partValues) { range in
      let (x, m) = (source + range.lowerBound, base + range.lowerBound)
      Vectors.forEach(range.count) { start, lanes in
        let before = Vectors.load(m + start, lanes)
        Vectors.store(before + part * (Vectors.load(x + start, lanes) - before), to: m + start, lanes)
      }
    }
  }
}
