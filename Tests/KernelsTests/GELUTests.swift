import Foundation
import GPT2Kernels
import TestSupport
import Testing

@Suite("GELU") struct GELUTests {
  static func reference(_ x: Double) -> Double {
    0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
  }

  @Test("Forward and backward, in place and with gaps", arguments: oddSizes)
  func values(columns: Int) {
    let workers = Workers(count: 2)
    let input = Buffer(5, columns, gap: 3, seed: 1, scale: 6)
    let output = Buffer(unset: 5, columns, gap: 2)
    GELU.forward(input.matrix, into: output.matrix, on: workers)
    expectClose(output.values, input.doubles.map(Self.reference), within: 5e-7)

    let gradient = Buffer(5, columns, gap: 1, seed: 2)
    let expected = zip(input.doubles, gradient.doubles).map { x, dy in
      dy * FiniteDifferences.gradient(at: [x]) { Self.reference($0[0]) }[0]
    }
    GELU.backward(input: input.matrix, gradient: gradient.matrix, on: workers)
    expectClose(gradient.values, expected)
    #expect(output.gapsAreIntact && gradient.gapsAreIntact)

    GELU.forward(input.matrix, into: input.matrix, on: workers)
    #expect(input.values == output.values)
  }

  @Test("Far from 0: the identity, or nothing; NaN stays")
  func extremes() {
    let input = Buffer(1, 6, [1e4, -1e4, 100, -100, 0, .nan])
    let gradient = Buffer(1, 6, [1, 1, 1, 1, 1, 1])
    GELU.backward(input: input.matrix, gradient: gradient.matrix, on: Workers(count: 1))
    GELU.forward(input.matrix, into: input.matrix, on: Workers(count: 1))
    #expect(input.values.dropLast() == [1e4, 0, 100, 0, 0] && input.values[5].isNaN)
    #expect(gradient.values.dropLast() == [1, 0, 1, 0, 0.5] && gradient.values[5].isNaN)
  }

  @Test("The same bits on any number of threads")
  func sameBits() {
    let (input, output) = (Buffer(70, 1001, seed: 1), Buffer(unset: 70, 1001))
    expectSameBits {
      GELU.forward(input.matrix, into: output.matrix, on: $0)
      return output.values
    }
  }
}
