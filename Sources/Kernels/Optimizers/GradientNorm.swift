import CKernels

/// ‖g‖² = Σ gᵢ², the square of the norm that a gradient is clipped by.
public enum GradientNorm {
  private static let partValues = 1 << 17
  /// Values summed in single precision before the sum is added to the double one.
  private static let chunk = 1 << 11

  /// The sum of the squares: of each part in the order of its chunks, then of the parts in their order.
  public static func sumOfSquares(_ values: UnsafeMutableBufferPointer<Float>, on workers: Workers) -> Double
  {
    guard let base = values.baseAddress else { return 0 }
    var sums = [Double](repeating: 0, count: (values.count + partValues - 1) / partValues)
    sums.withUnsafeMutableBufferPointer { sums in
      workers.run(over: values.count, inRangesOf: partValues) { range in
        var sum = 0.0
        for start in stride(from: range.lowerBound, to: range.upperBound, by: chunk) {
          sum += Double(
            workers.kernels.table.sum_of_squares(base + start, min(chunk, range.upperBound - start)))
        }
        sums[range.lowerBound / partValues] = sum
      }
    }
    return sums.reduce(0, +)
  }
}
