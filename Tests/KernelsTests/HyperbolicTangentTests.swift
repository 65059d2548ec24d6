import Foundation
import GPT2Kernels
import TestSupport
import Testing

@Suite("Hyperbolic tangent") struct HyperbolicTangentTests {
  @Test("Forward and backward, in place and with gaps", arguments: oddSizes)
  func values(columns: Int) {
    let workers = Workers(count: 2)
    let input = Buffer(5, columns, gap: 3, seed: 1, scale: 4)
    let output = Buffer(unset: 5, columns, gap: 2)
    HyperbolicTangent.forward(input.matrix, into: output.matrix, on: workers)
    expectClose(output.values, input.doubles.map { tanh($0) }, within: 5e-7)

    let gradient = Buffer(5, columns, gap: 1, seed: 2)
    let expected = zip(input.doubles, gradient.doubles).map { x, dy in
      dy * FiniteDifferences.gradient(at: [x]) { tanh($0[0]) }[0]
    }
    HyperbolicTangent.backward(output: output.matrix, gradient: gradient.matrix, on: workers)
    expectClose(gradient.values, expected)
    #expect(output.gapsAreIntact && gradient.gapsAreIntact)

    HyperbolicTangent.forward(input.matrix, into: input.matrix, on: workers)
    #expect(input.values == output.values)
  }

  @Test("A small relative error everywhere, on both sides of where the formula changes")
  func relativeError() {
    let magnitudes = (-40...40).flatMap { exponent in
      [1.0, 1.1, 1.249_999, 1.25, 1.7].map { Float($0 * pow(2, Double(exponent) / 4)) }
    }
    let values = magnitudes + magnitudes.map { -$0 } + [0.624_999_9, 0.625, -0.625, 1e-30, -1e-30]
    let buffer = Buffer(1, values.count, values)
    HyperbolicTangent.forward(buffer.matrix, into: buffer.matrix, on: Workers(count: 1))
    for (value, result) in zip(values, buffer.values) {
      let expected = tanh(Double(value))
      #expect(abs(Double(result) - expected) <= 4e-7 * abs(expected), "tanh \(value)")
    }
  }

  @Test("Far from 0 it is ±1, without a gradient; NaN stays")
  func extremes() {
    let buffer = Buffer(1, 6, [1e4, -1e4, .infinity, -.infinity, 0, .nan])
    let gradient = Buffer(1, 6, [1, 1, 1, 1, 1, 1])
    HyperbolicTangent.forward(buffer.matrix, into: buffer.matrix, on: Workers(count: 1))
    HyperbolicTangent.backward(output: buffer.matrix, gradient: gradient.matrix, on: Workers(count: 1))
    #expect(buffer.values.dropLast() == [1, -1, 1, -1, 0] && buffer.values[5].isNaN)
    #expect(gradient.values.dropLast() == [0, 0, 0, 0, 1] && gradient.values[5].isNaN)
  }

  @Test("The same bits on any number of threads")
  func sameBits() {
    let (input, output) = (Buffer(70, 1001, seed: 1), Buffer(unset: 70, 1001))
    expectSameBits {
      HyperbolicTangent.forward(input.matrix, into: output.matrix, on: $0)
      return output.values
    }
  }
}
