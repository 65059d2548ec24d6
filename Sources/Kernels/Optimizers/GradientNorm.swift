import CGPT2Kernels

/// ‖g‖² = Σ gᵢ², the square of the norm that a gradient is clipped by.
package enum GradientNorm {
  /// Values of a part.
  package static let partValues = 1 << 17
  /// Values summed in single precision before the sum is added to the double one.
  private static let chunk = 1 << 11

  /// The sum of the squares: of each part in the order of its chunks, then of the parts in their order.
  package static func sumOfSquares(_ values: UnsafeMutableBufferPointer<Float>, on workers: Workers) -> Double
  {
    let parts = stride(from: 0, to: values.count, by: partValues).map { start in
      UnsafeMutableBufferPointer(rebasing: values[start..<min(start + partValues, values.count)])
    }
    return sumsOfSquares(of: parts, on: workers).reduce(0, +)
  }

  /// The sum of the squares of each part, in the order of its chunks.
  package static func sumsOfSquares(
    of parts: [UnsafeMutableBufferPointer<Float>], on workers: Workers
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: parts.count)
    sums.withUnsafeMutableBufferPointer { sums in
      workers.run(parts: parts.count) { part in
        guard let base = parts[part].baseAddress else { return }
        var sum = 0.0
        for start in stride(from: 0, to: parts[part].count, by: chunk) {
          sum += Double(
            workers.kernels.table.sum_of_squares(base + start, min(chunk, parts[part].count - start)))
        }
        sums[part] = sum
      }
    }
    return sums
  }
}
