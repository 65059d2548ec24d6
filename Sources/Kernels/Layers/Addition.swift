import CGPT2Kernels

/// target += addend, element by element: each sum rounded once, so that the order of the two is of no matter.
package enum Addition {
  private static let partValues = 1 << 17

  /// - Parameter precision: With bf16 each sum is rounded to that; see `Rounding`.
  package static func add(
    _ addend: UnsafeBufferPointer<Float>, to target: UnsafeMutableBufferPointer<Float>,
    roundedTo precision: Precision = .fp32, on workers: Workers
  ) {
    precondition(addend.count == target.count, "shapes disagree")
    guard let source = addend.baseAddress, let base = target.baseAddress else { return }
    workers.run(over: target.count, inRangesOf: partValues) { range in
      let start = base + range.lowerBound
      workers.kernels.table.add(source + range.lowerBound, start, start, range.count)
      if precision == .bf16 { workers.kernels.table.round_to_bf16(start, range.count) }
    }
  }
}
