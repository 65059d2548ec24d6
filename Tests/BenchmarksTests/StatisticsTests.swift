import GPT2Benchmarks
import Testing

@Suite struct StatisticsTests {
  @Test(
    arguments: [
      ([3], 3), ([9, 1, 2], 2), ([4, 1, 3, 2], 2.5), ([1, 1, 1, 1000], 1), ([5, 4, 3, 2, 1], 3),
    ] as [([Double], Double)])
  func median(values: [Double], expected: Double) {
    #expect(Statistics.median(values) == expected)
  }
}
