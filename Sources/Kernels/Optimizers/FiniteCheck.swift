/// Looks for values that are NaN or infinite. It relies on x·0 being 0 only where x is finite.
package enum FiniteCheck {
  private static let partValues = 1 << 17

  /// The index of the first NaN or infinity, or `nil` if all values are finite.
  package static func firstNonFinite(
    in values: UnsafeMutableBufferPointer<Float>, on workers: Workers
  ) -> Int? {
    guard let base = values.baseAddress else { return nil }
    var firsts = [Int?](repeating: nil, count: (values.count + partValues - 1) / partValues)
    firsts.withUnsafeMutableBufferPointer { firsts in
      workers.run(over: values.count, inRangesOf: partValues) { range in
        let sum = Vectors.sum(base + range.lowerBound, count: range.count) { $0 * 0 }
        guard sum != 0 else { return }
        firsts[range.lowerBound / partValues] = range.first { !base[$0].isFinite }
      }
    }
    return firsts.lazy.compactMap { $0 }.first
  }
}
