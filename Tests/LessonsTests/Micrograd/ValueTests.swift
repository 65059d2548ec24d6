import Foundation
import GPT2Lessons
import TestSupport
import Testing

@Suite struct ValueTests {
  /// Each operation beside the same in plain Double, at three places.
  private typealias Pair = (
    name: String, graph: @Sendable (Value, Value) -> Value, plain: @Sendable (Double, Double) -> Double
  )
  private static let functions: [Pair] = [
    ("sum", { $0 + $1 }, { $0 + $1 }),
    ("difference", { $0 - $1 }, { $0 - $1 }),
    ("negation", { -$0 + $1 }, { -$0 + $1 }),
    ("product", { $0 * $1 }, { $0 * $1 }),
    ("quotient", { $0 / $1 }, { $0 / $1 }),
    ("power", { $0.power(2.5) * $1.power(-3) }, { pow($0, 2.5) * pow($1, -3) }),
    ("exponential", { ($0 * $1).exponential() }, { exp($0 * $1) }),
    ("logarithm", { ($0 + $1).logarithm() }, { log($0 + $1) }),
    ("tanh", { ($0 - $1).hyperbolicTangent() }, { tanh($0 - $1) }),
    ("rectified", { ($0 - $1).rectified() * $1 }, { max($0 - $1, 0) * $1 }),
    ("itself twice", { $0 * $0 + $0 / $0 + $1 }, { $0 * $0 + 1 + $1 }),
    (
      "everything",
      { a, b in
        let c = (a * b + a.power(3)).hyperbolicTangent()
        let d = (c - b).rectified() + (b - c).rectified()
        return (d + 2).logarithm() / (a + c.exponential()) + c * d
      },
      { a, b in
        let c = tanh(a * b + a * a * a)
        let d = abs(c - b)
        return log(d + 2) / (a + exp(c)) + c * d
      }
    ),
  ]

  @Test(arguments: functions.indices, [(0.7, 1.9), (1.3, 0.4), (0.05, 2.5)])
  func gradientsAreFiniteDifferences(index: Int, place: (Double, Double)) {
    let (name, graph, plain) = Self.functions[index]
    let (a, b) = (Value(place.0), Value(place.1))
    let result = graph(a, b)
    result.backward()
    #expect(abs(result.data - plain(place.0, place.1)) < 1e-12, "\(name)")
    let expected = FiniteDifferences.gradient(at: [place.0, place.1]) { plain($0[0], $0[1]) }
    for (value, reference) in zip([a.gradient, b.gradient], expected) {
      #expect(abs(value - reference) < 1e-7 * max(1, abs(reference)), "\(name)")
    }
  }

  @Test func leavesAddUpOverResultsAndRepetitions() {
    let x = Value(3)
    let square = x * x
    square.backward()
    square.backward()
    #expect(x.gradient == 12)
    (x * 5).backward()
    #expect(x.gradient == 17)
  }

  @Test func aConstantPowerHasNoSlope() {
    let x = Value(0)
    x.power(0).backward()
    #expect(x.gradient == 0)
  }

  /// Deeper than a program's stack allows recursion to be, in the sort and in the release.
  @Test func deepGraphs() {
    let x = Value(1)
    var sum = x
    for _ in 0..<200_000 { sum = sum + x }
    sum.backward()
    #expect(sum.data == 200_001 && x.gradient == 200_001)
  }

  @Test func aGraphIsReleasedWithItsResult() {
    weak var middle: Value?
    weak var operand: Value?
    let x = Value(2)
    do {
      let a = x * x
      (middle, operand) = (a, x)
      let result = (a + a) * a  // 2x⁴
      result.backward()
      #expect(x.gradient == 64)
    }
    #expect(middle == nil && operand != nil)
    // What is still held keeps its own operands.
    var total: Value? = (x * 3).exponential()
    let kept = total.map { $0 + 1 }
    total = nil
    x.gradient = 0
    kept?.backward()
    #expect(abs(x.gradient - 3 * exp(6)) < 1e-9)
  }

  @Test func operandsComeFirst() {
    let (a, b) = (Value(1), Value(2))
    let c = a * b
    let order = (c + a * c).ancestorsFirst()
    #expect(order.count == 5)
    for (place, node) in order.enumerated() {
      #expect(node.operation.operands.allSatisfy { operand in order[..<place].contains { $0 === operand } })
    }
  }

  @Test func aNetworkIsWhatItsWeightsSay() {
    var random = SeededRandom(seed: 5)
    let network = ScalarMLP(inputs: 3, widths: [4, 2], .hyperbolicTangent) { inputs in
      #expect(inputs == 3 || inputs == 4)
      return Double.random(in: -1...1, using: &random)
    }
    #expect(network.parameters.count == 4 * 4 + 2 * 5)
    for parameter in network.parameters { parameter.data = Double.random(in: -1...1, using: &random) }
    let weights = network.parameters.map(\.data)
    let x = [0.5, -1, 2]
    /// A neuron with its weights and then its bias from a place on.
    func sum(_ w: [Double], from start: Int, _ x: [Double]) -> Double {
      var sum = w[start + x.count]
      for index in x.indices { sum += w[start + index] * x[index] }
      return sum
    }
    func plain(_ w: [Double]) -> [Double] {
      let hidden = (0..<4).map { tanh(sum(w, from: 4 * $0, x)) }
      return (0..<2).map { sum(w, from: 16 + 5 * $0, hidden) }
    }
    let outputs = network(x.map { Value($0) })
    #expect(zip(outputs.map(\.data), plain(weights)).allSatisfy { abs($0 - $1) < 1e-12 })
    (outputs[0] * outputs[1]).backward()
    let expected = FiniteDifferences.gradient(at: weights) { plain($0)[0] * plain($0)[1] }
    #expect(Closeness.error(of: network.parameters.map(\.gradient), against: expected) < 1e-8)
  }
}
