import GPT2Charts
import Foundation
import TestSupport
import Testing

@Suite struct TicksTests {
  @Test(arguments: [
    (0.0...1.0, 5, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (0...1200, 6, ["0", "200", "400", "600", "800", "1,000", "1,200"]),
    (2.9...11.2, 4, ["4", "6", "8", "10"]), (-1...1, 4, ["−1.0", "−0.5", "0", "0.5", "1.0"]),
    (0...12_000, 6, ["0", "2k", "4k", "6k", "8k", "10k", "12k"]),
    (0...250_000, 5, ["0", "50k", "100k", "150k", "200k", "250k"]),
    (0...0.002, 4, ["0", "0.0005", "0.0010", "0.0015", "0.0020"]),
    (0...0.0006, 3, ["0", "2×10⁻⁴", "4×10⁻⁴", "6×10⁻⁴"]),
  ])
  func ticksAreWhatAPersonWouldChoose(domain: ClosedRange<Double>, count: Int, labels: [String]) {
    let ticks = Scale(.linear, domain: domain, from: 0, to: 1).ticks(count)
    #expect(ticks.map(\.label) == labels)
  }

  @Test func theDistanceIsOneTwoOrFiveTimesAPowerOfTen() throws {
    var random = SeededRandom(seed: 1)
    for _ in 0..<2000 {
      let size = pow(10, Double.random(in: -9...9, using: &random))
      let lower = Double.random(in: -5...5, using: &random) * size
      let domain = lower...lower + size * Double.random(in: 0.1...10, using: &random)
      let count = Int.random(in: 2...12, using: &random)
      let values = Scale(.linear, domain: domain, from: 0, to: 1).ticks(count).map(\.value)
      let span = domain.upperBound - domain.lowerBound
      #expect(values.count <= count + 1)
      #expect(values.count >= max(1, Int(Double(count) / 2.5)), "\(domain), \(count)")
      for value in values {
        #expect(value >= domain.lowerBound - span * 1e-6 && value <= domain.upperBound + span * 1e-6)
      }
      guard values.count > 1 else { continue }
      let step = values[1] - values[0]
      for (a, b) in zip(values, values.dropFirst()) { #expect(abs(b - a - step) < 1e-6 * step) }
      let mantissa = step / pow(10, floor(log10(step * (1 + 1e-9))))
      #expect([1, 2, 5].contains { abs($0 - mantissa) < 1e-6 }, "step \(step)")
      // A finer distance of the rule would give too many.
      let finer = mantissa > 4 ? step / 2.5 : step / 2
      let multiples = floor(domain.upperBound / finer) - ceil(domain.lowerBound / finer) + 1
      #expect(Int(multiples) > count + 1)
    }
  }

  @Test func labelsSayTheValue() throws {
    let ticks = Scale(.linear, domain: 0.05...0.93, from: 0, to: 1).ticks(9)
    for tick in ticks { #expect(Double(tick.label) == tick.value) }
  }

  @Test func logarithmicTicksArePowersOfTen() {
    let wide = Scale(.logarithmic, domain: 0.003...40_000, from: 0, to: 1).ticks(4)
    #expect(wide.map(\.value) == [0.01, 0.1, 1, 10, 100, 1000, 10_000])
    #expect(wide.map(\.label) == ["0.01", "0.1", "1", "10", "100", "1,000", "10k"])
    let narrow = Scale(.logarithmic, domain: 0.8...60, from: 0, to: 1).ticks(4)
    #expect(narrow.map(\.value) == [1, 2, 5, 10, 20, 50])
    let within = Scale(.logarithmic, domain: 2.1...4.2, from: 0, to: 1).ticks(4)
    #expect(within.map(\.value) == [2.5, 3, 3.5, 4])
    let huge = Scale(.logarithmic, domain: 1e-30...1e30, from: 0, to: 1).ticks(6)
    #expect((3...14).contains(huge.count))
    for tick in huge { #expect(abs(log10(tick.value).rounded() - log10(tick.value)) < 1e-9) }
  }

  @Test func numbersThatCannotBeToldApartGetTheEnds() {
    let domain = 1e17...1e17 + 32
    #expect(Scale(.linear, domain: domain, from: 0, to: 1).ticks(5).map(\.value) == [1e17, 1e17 + 32])
  }
}
