/// A point of a chart, in the units of its axes.
package struct ChartPoint: Equatable, Sendable {
  package var x: Double
  package var y: Double

  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// Fewer points for the same picture.
package enum Downsampling {
  /// At most `limit` of the points with a finite y: the lowest and the highest of each of many runs of neighbours,
  /// and the first and the last of all, in their order. So no spike is lost, however short.
  ///
  /// Of the points of a run whose y is not finite, the first stays too, so that gaps stay to be seen.
  package static func extremes(_ points: [ChartPoint], limit: Int = 1000) -> [ChartPoint] {
    guard points.count > limit, limit >= 4 else { return points }
    let buckets = (limit - 2) / 2
    var kept: [ChartPoint] = []
    var isGap = false
    for bucket in 0..<buckets {
      let range = bucket * points.count / buckets..<(bucket + 1) * points.count / buckets
      for index in indices(ofExtremesIn: points, range) {
        let isFinite = points[index].y.isFinite
        if isFinite || !isGap { kept.append(points[index]) }
        isGap = !isFinite
      }
    }
    return kept
  }

  /// The lowest and highest point, the first that is not finite, and the ends of all points; ascending.
  private static func indices(ofExtremesIn points: [ChartPoint], _ range: Range<Int>) -> [Int] {
    var found = Set([0, points.count - 1].filter(range.contains))
    let finite = range.filter { points[$0].y.isFinite }
    if let lowest = finite.min(by: { points[$0].y < points[$1].y }) { found.insert(lowest) }
    if let highest = finite.max(by: { points[$0].y < points[$1].y }) { found.insert(highest) }
    if let gap = range.first(where: { !points[$0].y.isFinite }) { found.insert(gap) }
    return found.sorted()
  }
}

package enum Smoothing {
  /// The exponential moving average: each value is the mean of all up to it, weighted by (1 − α)^age with
  /// α = 2 ÷ (span + 1), and divided by the sum of the weights, so that it does not start from zero.
  ///
  /// Values that are not finite stay as they are and count for nothing.
  ///
  /// - Parameter span: 1 gives the values themselves.
  package static func exponential(_ values: [Double], span: Double) -> [Double] {
    let keep = 1 - 2 / (max(span, 1) + 1)
    var sum = 0.0
    var weights = 0.0
    return values.map { value in
      guard value.isFinite else { return value }
      sum = keep * sum + value
      weights = keep * weights + 1
      return sum / weights
    }
  }
}
