/// Gradient descent with momentum, all 64 vectors a sweep: the paper's equation 9, Δp(t) = −ε ∂E/∂p(t) + α Δp(t − 1).
package struct SymmetryTraining: Sendable {
  package static let learningRate = 0.1
  package static let momentum = 0.9

  package private(set) var network: SymmetryNetwork
  /// How often the parameters have been changed.
  package private(set) var sweeps = 0
  private var velocity = [Double](repeating: 0, count: 17)
  private var gradient = [Double](repeating: 0, count: 17)

  package init(_ network: SymmetryNetwork) { self.network = network }

  /// Sweeps until every output is nearer to its target than that, or the limit is reached.
  ///
  /// - Parameters:
  ///   - tolerance: ½ is the right side of ½.
  ///   - limit: Of `sweeps`, those of earlier calls included.
  ///   - each: Called before each change with the error that it starts from.
  /// - Returns: Whether it has learnt.
  package mutating func run(
    tolerance: Double = 0.5, limit: Int, each: (Int, Double, SymmetryNetwork) -> Void = { _, _, _ in }
  ) -> Bool {
    while true {
      let (error, isLearnt) = network.sweep(tolerance: tolerance, gradient: &gradient)
      each(sweeps, error, network)
      if isLearnt { return true }
      guard sweeps < limit else { return false }
      for index in velocity.indices {
        velocity[index] = -Self.learningRate * gradient[index] + Self.momentum * velocity[index]
        network.parameters[index] += velocity[index]
      }
      sweeps += 1
    }
  }
}

/// How a network does it, if it does it as the paper's.
package struct SymmetryWeights: Sendable, Encodable {
  /// The largest of |wᵢ + w₇₋ᵢ| over both units, as a share of the largest weight: 0 where weights opposite about the
  /// middle are equal and of opposite sign.
  package let asymmetry: Double
  /// The sizes of the three pairs of the first unit from the smallest on, the smallest being 1: the paper's are near
  /// 1 : 2 : 4.
  package let ratios: [Double]
  /// Whether the second unit's weights have the opposite signs of the first's.
  package let areOpposite: Bool

  package init(of network: SymmetryNetwork) {
    let both = [network.weights(of: 0), network.weights(of: 1)]
    let largest = both.joined().map(abs).max() ?? 0
    let differences = both.flatMap { weights in (0..<3).map { abs(weights[$0] + weights[5 - $0]) } }
    asymmetry = (differences.max() ?? 0) / largest
    let sizes = (0..<3).map { (abs(both[0][$0]) + abs(both[0][5 - $0])) / 2 }.sorted()
    ratios = sizes.map { $0 / sizes[0] }
    areOpposite = zip(both[0], both[1]).allSatisfy { $0 * $1 < 0 }
  }
}
