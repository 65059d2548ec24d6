import GPT2Platform

/// Where values of an axis are drawn: from a domain of values to a range of coordinates.
package struct Scale: Sendable {
  package enum Kind: Sendable {
    case linear
    case logarithmic
  }

  package let kind: Kind
  package let domain: ClosedRange<Double>
  /// Coordinates of the domain's ends; `start` may be the larger, as it is for a vertical axis of SVG.
  package let start: Double
  package let end: Double

  /// - Parameter domain: Finite; of positive numbers if logarithmic. One of a single value is widened around it.
  package init(_ kind: Kind, domain: ClosedRange<Double>, from start: Double, to end: Double) {
    precondition(domain.lowerBound.isFinite && domain.upperBound.isFinite, "a domain without end")
    precondition(kind == .linear || domain.lowerBound > 0, "a logarithm of what is not positive")
    self.kind = kind
    self.domain = domain.lowerBound < domain.upperBound ? domain : Self.widened(domain.lowerBound, kind)
    self.start = start
    self.end = end
  }

  /// The coordinate of a value, which for one outside the domain lies outside the range, though not by more than
  /// the range's size; `nil` for one that has none: NaN, infinity, or a logarithm's zero.
  package func position(_ value: Double) -> Double? {
    guard shows(value) else { return nil }
    let fraction: Double
    switch kind {
    case .linear:
      // Halves, since the difference of two finite numbers may be infinite.
      fraction =
        (value / 2 - domain.lowerBound / 2) / (domain.upperBound / 2 - domain.lowerBound / 2)
    case .logarithmic:
      // Differences, since the quotient of two finite numbers may be infinite.
      fraction =
        (log(value) - log(domain.lowerBound)) / (log(domain.upperBound) - log(domain.lowerBound))
    }
    // Numbers so near to each other, or to 0, that they cannot be told apart.
    guard fraction.isFinite else { return start / 2 + end / 2 }
    return start + max(-1, min(2, fraction)) * (end - start)
  }

  package func shows(_ value: Double) -> Bool { value.isFinite && (kind == .linear || value > 0) }

  /// The value that is drawn at a coordinate.
  package func value(at position: Double) -> Double {
    let fraction = (position - start) / (end - start)
    switch kind {
    case .linear: return domain.lowerBound * (1 - fraction) + domain.upperBound * fraction
    case .logarithmic: return exp(log(domain.lowerBound) * (1 - fraction) + log(domain.upperBound) * fraction)
    }
  }

  /// About `count` places to label, in ascending order.
  package func ticks(_ count: Int) -> [Tick] {
    switch kind {
    case .linear: Ticks.linear(domain, count: count)
    case .logarithmic: Ticks.logarithmic(domain, count: count)
    }
  }

  private static func widened(_ value: Double, _ kind: Kind) -> ClosedRange<Double> {
    switch kind {
    case .linear:
      let half = value == 0 ? 1 : abs(value) * 0.1
      return max(value - half, -.greatestFiniteMagnitude)...min(value + half, .greatestFiniteMagnitude)
    case .logarithmic:
      return max(value / 2, .leastNonzeroMagnitude)...min(value * 2, .greatestFiniteMagnitude)
    }
  }
}

/// What an axis shows.
package struct Axis: Sendable {
  /// With the unit: "loss, nats per token".
  package var title: String
  package var kind: Scale.Kind
  /// What is always shown, such as 0.
  package var including: Double?
  /// Free room at both ends, as a fraction of the whole.
  package var padding: Double
  /// The places to label, instead of round numbers.
  package var ticks: [Tick]?

  package init(
    _ title: String, _ kind: Scale.Kind = .linear, including: Double? = nil, padding: Double = 0,
    ticks: [Tick]? = nil
  ) {
    self.title = title
    self.kind = kind
    self.including = including
    self.padding = padding
    self.ticks = ticks
  }

  /// A scale for all of `values` that can be shown; from 0 (or 1) to 1 (or 10) if there are none.
  package func scale(for values: some Sequence<Double>, from start: Double, to end: Double) -> Scale {
    var lowest = Double.infinity
    var highest = -Double.infinity
    let shows = { (value: Double) in value.isFinite && (kind == .linear || value > 0) }
    for value in values where shows(value) {
      lowest = min(lowest, value)
      highest = max(highest, value)
    }
    guard lowest <= highest else {
      return Scale(kind, domain: kind == .linear ? 0...1 : 1...10, from: start, to: end)
    }
    let exact = Scale(kind, domain: lowest...highest, from: 0, to: 1)
    var lower = padding == 0 ? exact.domain.lowerBound : exact.value(at: -padding)
    var upper = padding == 0 ? exact.domain.upperBound : exact.value(at: 1 + padding)
    if let including, shows(including) {
      // What is all on one side of it begins there, without room beyond.
      lower = lowest >= including ? including : lower
      upper = highest <= including ? including : upper
    }
    lower = shows(lower) ? lower : lowest
    upper = shows(upper) ? upper : highest
    return Scale(kind, domain: lower...upper, from: start, to: end)
  }
}
