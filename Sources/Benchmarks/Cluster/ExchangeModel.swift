/// How long processes take to sum values, on paper: what training does (recursive halving, then doubling).
///
/// In step d of log₂ P a process sends v / 2ᵈ⁺¹ of v values, gets as many and adds them; then all steps are taken back. A step's
/// values travel in blocks, one after another, and each waits for the latency:
///
///     seconds = Σ over d of 2·(blocks(d)·3·α(d) + v/2ᵈ⁺¹ · bytes / β(d))  +  2·(1 − 1/P)·v·γ
///
/// with latency α and bandwidth β of the link of step d, and γ seconds to pack a value and to add what came for it. After
/// Thakur, Rabenseifner and Gropp 2005, "Optimization of Collective Communication Operations in MPICH".
package struct ExchangeModel: Equatable, Sendable {
  /// The link of each step; the first is that to the neighbour, over which half of all values go.
  package var links: [NetworkLink]
  /// γ
  package var secondsPerValue: Double
  /// Values that travel at a time.
  package var blockValues = Double(1 << 20)

  package init(links: [NetworkLink], secondsPerValue: Double) {
    self.links = links
    self.secondsPerValue = secondsPerValue
  }

  /// P
  package var processes: Int { 1 << links.count }

  /// What a process sends of so many values, one way: (1 − 1/P)·v.
  package func valuesSent(of values: Double) -> Double { values * (1 - 1 / Double(processes)) }

  /// Seconds that one way takes: until each has the sum of its share, or all have all shares.
  package func seconds(of values: Double, bytesPerValue: Double) -> Double {
    links.enumerated().reduce(valuesSent(of: values) * secondsPerValue) { sum, step in
      let sent = values / Double(2 << step.offset)
      let whole = (sent / blockValues).rounded(.down)
      let rest = sent - whole * blockValues
      return sum + whole * step.element.seconds(of: blockValues * bytesPerValue)
        + step.element.seconds(of: rest * bytesPerValue)
    }
  }
}
