/// What a series of timings is summed up by.
package enum Statistics {
  /// The middle one of the sorted values; of an even number, the mean of the middle two. One slow run, in which
  /// the machine did something else, does not move it.
  package static func median(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "no values have no median")
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
