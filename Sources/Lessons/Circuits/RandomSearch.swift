import GPT2RandomNumbers

/// The guide's first strategy: try inputs near by at random, and keep the best.
package struct RandomSearch: Sendable, Encodable {
  package struct Try: Sendable, Encodable {
    package let x: Double
    package let y: Double
    package let output: Double
  }

  package let tries: [Try]

  /// - Parameters:
  ///   - start: The inputs that are tweaked, each by itself, by up to ±`amount`.
  ///   - seed: Draws as Python's `random.seed(seed)` does.
  package init(
    _ circuit: Circuit = .product, start: (x: Double, y: Double) = (-2, 3), amount: Double = 0.01,
    count: Int = 100, seed: UInt32
  ) {
    var random = MersenneTwister(key: [seed])
    tries = (0..<count).map { _ in
      let x = start.x + amount * (random.nextUnit() * 2 - 1)
      let y = start.y + amount * (random.nextUnit() * 2 - 1)
      return Try(x: x, y: y, output: circuit.output([x, y]))
    }
  }

  /// The first of those with the largest output.
  package var best: Try {
    tries.dropFirst().reduce(tries[0]) { $1.output > $0.output ? $1 : $0 }
  }
}
