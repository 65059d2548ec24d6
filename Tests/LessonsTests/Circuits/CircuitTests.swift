import Foundation
import GPT2Lessons
import TestSupport
import Testing

@Suite struct CircuitTests {
  private typealias Pair = (circuit: Circuit, plain: @Sendable ([Double]) -> Double)
  private static let circuits: [Pair] = [
    (.product, { $0[0] * $0[1] }), (.sumTimes, { ($0[0] + $0[1]) * $0[2] }),
    (.linear, { $0[0] * $0[3] + $0[1] * $0[4] + $0[2] }),
    (.neuron, { 1 / (1 + exp(-($0[0] * $0[3] + $0[1] * $0[4] + $0[2]))) }),
    (branching, { $0[0] * $0[0] * ($0[0] + $0[1]) }),
  ]

  /// A wire that goes to three operands: a² (a + b).
  private static let branching = {
    var circuit = Circuit(inputs: ["a", "b"])
    let square = circuit.add(.multiply, 0, 0, named: "a²")
    let sum = circuit.add(.add, 0, 1, named: "a + b")
    _ = circuit.add(.multiply, square, sum, named: "f")
    return circuit
  }()

  @Test(arguments: circuits.indices, [[0.3, -1.2, 2, 0.7, -0.4], [1, 2, -3, -1, 3], [-2, 0, 0.5, 1.5, 1]])
  func gradientsAreFiniteDifferences(index: Int, place: [Double]) {
    let (circuit, plain) = Self.circuits[index]
    let inputs = Array(place.prefix(circuit.inputs.count))
    let values = circuit.forward(inputs)
    #expect(abs(circuit.output(inputs) - plain(inputs)) < 1e-12)
    let gradients = circuit.backward(values, pull: -2)
    let expected = FiniteDifferences.gradient(at: inputs, of: plain).map { -2 * $0 }
    #expect(gradients.count == values.count)
    for (value, reference) in zip(gradients, expected) {
      #expect(abs(value - reference) < 1e-7 * max(1, abs(reference)))
    }
    // One-sided differences of h are off by about h.
    for (value, reference) in zip(circuit.numericalGradient(at: inputs), expected) {
      #expect(abs(value + reference / 2) < 1e-2)
    }
  }
}
