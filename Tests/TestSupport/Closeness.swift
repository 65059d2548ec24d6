/// How far two vectors are apart, measured as tests need it.
package enum Closeness {
  /// max |a − b| ÷ max(|b|, tiny): the largest error relative to the largest reference value.
  ///
  /// Scaled by the whole vector's size, since an element near zero that is a difference of large ones has
  /// no small relative error of its own.
  package static func error<A: BinaryFloatingPoint, B: BinaryFloatingPoint>(
    of values: [A], against reference: [B]
  ) -> Double {
    precondition(values.count == reference.count, "\(values.count) values against \(reference.count)")
    var difference = 0.0
    var size = 1e-30
    for (value, expected) in zip(values, reference) {
      // A NaN must fail every comparison, so it becomes an infinite difference.
      let distance = abs(Double(value) - Double(expected))
      difference = distance.isNaN ? .infinity : max(difference, distance)
      size = max(size, abs(Double(expected)))
    }
    return difference / size
  }
}
