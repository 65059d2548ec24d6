import GPT2Platform

/// A place on an axis that has a label.
package struct Tick: Equatable, Sendable {
  package let value: Double
  package let label: String

  package init(_ value: Double, label: String) {
    self.value = value
    self.label = label
  }
}

/// Ticks by the rule of 1, 2 and 5: their distance is one of these times a power of ten.
enum Ticks {
  /// The multiples in `domain` of the smallest such distance that gives at most `count` + 1 of them.
  static func linear(_ domain: ClosedRange<Double>, count: Int) -> [Tick] {
    let span = domain.upperBound - domain.lowerBound
    guard span.isFinite, span > 0 else { return [Tick(domain.lowerBound, label: label(domain.lowerBound))] }
    let largest = max(abs(domain.lowerBound), abs(domain.upperBound))
    // As many distances as the span holds, there may be one multiple more, or less, in the domain.
    let least = NumberText.exponent10(max(span / Double(count + 2), .leastNormalMagnitude))
    for (mantissa, exponent) in [(1, 0), (2, 0), (5, 0), (1, 1), (2, 1), (5, 1)].map({ ($0, $1 + least) }) {
      guard let multiples = multiples(mantissa, exponent, in: domain) else { break }
      if multiples.count <= count + 1 {
        return multiples.map { index in
          // Dividing by a power of ten rounds once, so that 3 tenths are 0.3.
          let units = Double(index) * Double(mantissa)
          let value =
            exponent < 0 ? units / NumberText.power(10, -exponent) : units * NumberText.power(10, exponent)
          return Tick(value, label: label(value, decimals: max(0, -exponent), besides: largest))
        }
      }
    }
    return [domain.lowerBound, domain.upperBound].map { Tick($0, label: label($0)) }
  }

  /// Which multiples of mantissa · 10^exponent lie in a domain; `nil` where a Double cannot tell them apart.
  private static func multiples(
    _ mantissa: Int, _ exponent: Int, in domain: ClosedRange<Double>
  ) -> ClosedRange<Int>? {
    let step = Double(mantissa) * NumberText.power(10, exponent)
    // Rounding must not lose a tick that is at the domain's end.
    let first = ceil(domain.lowerBound / step - 1e-9)
    let last = floor(domain.upperBound / step + 1e-9)
    guard step > 0, first.magnitude < 0x1p52, last.magnitude < 0x1p52, first <= last else { return nil }
    return Int(first)...Int(last)
  }

  /// Powers of ten, or with 2 and 5 between them where there are few; as linear ones within one power of ten.
  static func logarithmic(_ domain: ClosedRange<Double>, count: Int) -> [Tick] {
    let first = Int(floor(log10(domain.lowerBound)))
    let last = Int(ceil(log10(domain.upperBound)))
    let isInside = { (value: Double) in
      value >= domain.lowerBound * (1 - 1e-9) && value <= domain.upperBound * (1 + 1e-9)
    }
    for factors in [[1.0, 2, 5], [1.0]] {
      let values = (first...last).flatMap { exponent in
        factors.map { $0 * NumberText.power(10, exponent) }
      }.filter(isInside)
      if values.count < 3 { return linear(domain, count: count) }
      // They stand at even distances, so that there is room for more of them than of linear ones.
      if values.count <= 2 * count + 1 { return values.map { Tick($0, label: label($0)) } }
    }
    let stride = (last - first + count - 1) / max(count, 1)
    return Swift.stride(from: first, through: last, by: max(stride, 1))
      .map { NumberText.power(10, $0) }.filter(isInside)
      .map { Tick($0, label: label($0)) }
  }

  /// - Parameter largest: All labels of an axis are written in one way, which its largest value decides: not "8,000"
  ///   beside "10k".
  private static func label(_ value: Double, decimals: Int? = nil, besides largest: Double? = nil) -> String {
    guard value != 0 else { return "0" }
    if (largest ?? abs(value)) < 0.001 { return NumberText.scientific(value) }
    let decimals = decimals ?? max(0, -NumberText.exponent10(value))
    return NumberText.compact(value, decimals: decimals, unitsFrom: (largest ?? 0) >= 10_000 ? 1000 : 10_000)
  }
}
