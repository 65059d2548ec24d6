import GPT2Platform
import GPT2RandomNumbers

/// The network that Rumelhart, Hinton and Williams (Nature 323, 1986) taught to see whether six bits read the same from
/// both ends: six inputs, two hidden units, one output, all with biases, each unit a sigmoid of its weighted sum.
package struct SymmetryNetwork: Sendable, Equatable {
  package static let inputs = 6
  package static let hidden = 2

  /// All 64 vectors of six bits.
  package static let vectors: [[Double]] = (0..<64).map { number in
    (0..<inputs).map { Double(number >> (inputs - 1 - $0) & 1) }
  }
  /// 1 for the eight of them that are symmetrical about the middle.
  package static let targets: [Double] = vectors.map { $0 == $0.reversed() ? 1 : 0 }

  /// 17: for each hidden unit its six weights and its bias, then the output's weights by both and its bias.
  package var parameters: [Double]

  /// - Parameter seed: Of weights and biases, uniform from −0.3 to 0.3, drawn as Python's `random.seed(seed)` does.
  package init(seed: UInt32) {
    var random = MersenneTwister(key: [seed])
    parameters = (0..<Self.hidden * (Self.inputs + 1) + Self.hidden + 1).map { _ in
      -0.3 + 0.6 * random.nextUnit()
    }
  }

  package init(parameters: [Double]) {
    precondition(parameters.count == 17, "not the seventeen parameters of a 6-2-1 network")
    self.parameters = parameters
  }

  /// (6): of a hidden unit, from the inputs.
  package func weights(of unit: Int) -> [Double] { Array(parameters[unit * 7..<unit * 7 + 6]) }
  package func bias(of unit: Int) -> Double { parameters[unit * 7 + 6] }
  /// (2): of the output, from the hidden units.
  package var outputWeights: [Double] { Array(parameters[14..<16]) }
  package var outputBias: Double { parameters[16] }

  /// What a hidden unit gets from the inputs alone.
  package func sum(of unit: Int, for vector: [Double]) -> Double {
    zip(weights(of: unit), vector).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// The output for one vector.
  package func output(for vector: [Double]) -> Double {
    let hidden = (0..<Self.hidden).map { Self.sigmoid(sum(of: $0, for: vector) + bias(of: $0)) }
    return Self.sigmoid(outputBias + outputWeights[0] * hidden[0] + outputWeights[1] * hidden[1])
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// One sweep through all 64 vectors, forward and back.
  ///
  /// - Parameter gradient: (17) Filled with ∂E/∂p of E = ½ Σ (y − d)².
  /// - Returns: E, and whether every output is nearer to its target than `tolerance`.
  func sweep(tolerance: Double, gradient: inout [Double]) -> (error: Double, isLearnt: Bool) {
    var (error, isLearnt) = (0.0, true)
    parameters.withUnsafeBufferPointer { p in
      gradient.withUnsafeMutableBufferPointer { g in
        for index in g.indices { g[index] = 0 }
        for number in 0..<64 {
          // The bits are read off the number, as arrays within arrays would take most of the time.
          var sums = (p[6], p[13])
          for input in 0..<6 where number >> (5 - input) & 1 == 1 {
            sums.0 += p[input]
            sums.1 += p[7 + input]
          }
          let (h0, h1) = (Self.sigmoid(sums.0), Self.sigmoid(sums.1))
          let y = Self.sigmoid(p[16] + p[14] * h0 + p[15] * h1)
          let difference = y - Self.targets[number]
          error += difference * difference / 2
          isLearnt = isLearnt && abs(difference) < tolerance
          // ∂E/∂x of the output's sum, then of the hidden units'.
          let output = difference * y * (1 - y)
          let hidden = (output * p[14] * h0 * (1 - h0), output * p[15] * h1 * (1 - h1))
          for input in 0..<6 where number >> (5 - input) & 1 == 1 {
            g[input] += hidden.0
            g[7 + input] += hidden.1
          }
          g[6] += hidden.0
          g[13] += hidden.1
          g[14] += output * h0
          g[15] += output * h1
          g[16] += output
        }
      }
    }
    return (error, isLearnt)
  }
}
