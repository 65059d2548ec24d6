import GPT2Kernels
import TestSupport
import Testing

@Suite struct MovingAverageTests {
  /// Each value by itself, in double precision; lengths beside vectors and parts.
  @Test(arguments: [1, 15, 16, 17, 65_536 + 19], [Float(0), 0.9, 0.9999])
  func itIsTheFormula(count: Int, decay: Float) {
    var random = SeededRandom(seed: UInt64(count))
    let values = (0..<count).map { _ in Float.random(in: -2...2, using: &random) }
    let start = (0..<count).map { _ in Float.random(in: -2...2, using: &random) }
    for threads in [1, 3] {
      var mean = start
      mean.withUnsafeMutableBufferPointer { mean in
        values.withUnsafeBufferPointer {
          MovingAverage.add($0, to: mean, decay: decay, on: Workers(count: threads))
        }
      }
      var error = 0.0
      for (index, value) in mean.enumerated() {
        let (d, x) = (Double(decay), Double(values[index]))
        error = max(error, abs(Double(value) - (d * Double(start[index]) + (1 - d) * x)))
      }
      #expect(error < 5e-7, "\(threads) threads")
    }
  }

  @Test func equalValuesStay() {
    let values: [Float] = [0.1, -3e-30, 7e30, 0]
    var mean = values
    mean.withUnsafeMutableBufferPointer { mean in
      values.withUnsafeBufferPointer { MovingAverage.add($0, to: mean, decay: 0.3, on: Workers(count: 1)) }
    }
    #expect(mean == values)
  }
}
