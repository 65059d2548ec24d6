/// Counts values by size, as Prometheus does.
struct Histogram: Sendable {
  /// Ascending; values up to each bound are counted, and all.
  let bounds: [Double]
  /// How many values are at most each bound.
  private(set) var counts: [Int]
  private(set) var count = 0
  private(set) var sum = 0.0

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = [Int](repeating: 0, count: bounds.count)
  }

  mutating func record(_ value: Double) {
    count += 1
    sum += value
    for (place, bound) in bounds.enumerated() where value <= bound { counts[place] += 1 }
  }

  static let seconds = Histogram(
    bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300])
  static let tokensPerSecond = Histogram(bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000])
}
