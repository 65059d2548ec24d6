import GPT2Charts
import Foundation
import TestSupport
import Testing

@Suite struct SamplingTests {
  private func noise(_ count: Int, seed: UInt64) -> [ChartPoint] {
    var random = SeededRandom(seed: seed)
    return (0..<count).map { ChartPoint(Double($0), Double.random(in: -1...1, using: &random)) }
  }

  @Test func fewPointsStay() {
    let points = noise(1000, seed: 1)
    #expect(Downsampling.extremes(points, limit: 1000) == points)
  }

  @Test(arguments: [1001, 4099, 50_000])
  func spikesSurvive(count: Int) throws {
    for seed in UInt64(0)..<5 {
      var points = noise(count, seed: seed)
      var random = SeededRandom(seed: seed + 100)
      let spikes = (0..<10).map { _ in Int.random(in: 0..<count, using: &random) }
      for (index, spike) in spikes.enumerated() { points[spike].y = index.isMultiple(of: 2) ? 50 : -50 }
      let kept = Downsampling.extremes(points, limit: 1000)
      #expect(kept.count <= 1000)
      #expect(kept.count > 900)
      #expect(kept.first == points.first && kept.last == points.last)
      #expect(kept.map(\.y).max() == points.map(\.y).max())
      #expect(kept.map(\.y).min() == points.map(\.y).min())
      // In order, and none made up.
      #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.x < $1.x })
      #expect(kept.allSatisfy { points[Int($0.x)] == $0 })
    }
  }

  @Test func aGapStaysAGap() {
    var points = noise(20_000, seed: 3)
    points[7777].y = .nan
    for index in 12_000..<15_000 { points[index].y = .infinity }
    let kept = Downsampling.extremes(points, limit: 1000)
    let gaps = kept.filter { !$0.y.isFinite }
    // The long one once, since no finite point is between its parts.
    #expect(gaps.map(\.x) == [7777, 12_000])
    #expect(kept.filter { $0.y.isFinite }.count <= 1000)
  }

  @Test func theAverageIsThatOfItsDefinition() {
    var random = SeededRandom(seed: 4)
    let values = (0..<300).map { _ in Double.random(in: -5...5, using: &random) }
    let span = 23.0
    let keep = 1 - 2 / (span + 1)
    let smoothed = Smoothing.exponential(values, span: span)
    for index in [0, 1, 2, 50, 299] {
      let weights = (0...index).map { pow(keep, Double(index - $0)) }
      let expected = zip(values, weights).map(*).reduce(0, +) / weights.reduce(0, +)
      #expect(abs(smoothed[index] - expected) < 1e-12)
    }
    #expect(Smoothing.exponential(values, span: 1) == values)
  }

  @Test func whatIsNotFiniteCountsForNothing() {
    let smoothed = Smoothing.exponential([1, .nan, 3, .infinity, 5], span: 3)
    let without = Smoothing.exponential([1, 3, 5], span: 3)
    #expect(smoothed[1].isNaN)
    #expect(smoothed[3] == .infinity)
    #expect([smoothed[0], smoothed[2], smoothed[4]] == without)
  }
}
