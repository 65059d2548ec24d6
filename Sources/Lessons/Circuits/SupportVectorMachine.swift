import GPT2Platform
import GPT2RandomNumbers

/// The guide's linear classifier a · x + b · y + c, which is pulled up or down by ±1 where a point's score is on the wrong
/// side of its label or nearer to it than 1, its a and b drawn to 0 by springs.
package struct SupportVectorMachine: Sendable {
  package struct Point: Sendable {
    package let x: Double
    package let y: Double
    /// 1 or −1.
    package let label: Double
  }

  package struct Step: Sendable, Encodable {
    package let iteration: Int
    /// How many of the points have a score of their label's sign, after the update.
    package let right: Int
    package let parameters: [Double]
  }

  /// The six points of the guide's program. Its table above the program has others.
  package static let points = [
    Point(x: 1.2, y: 0.7, label: 1), Point(x: -0.3, y: -0.5, label: -1), Point(x: 3, y: 0.1, label: 1),
    Point(x: -0.1, y: -1, label: -1), Point(x: -1, y: 1.1, label: -1), Point(x: 2.1, y: -3, label: 1),
  ]

  /// a, b, c.
  package private(set) var parameters: [Double]
  /// Of the springs.
  package let stiffness: Double

  /// - Parameter parameters: The guide begins with 1, −2 and −1.
  package init(parameters: [Double] = [1, -2, -1], stiffness: Double = 1) {
    self.parameters = parameters
    self.stiffness = stiffness
  }

  package func score(x: Double, y: Double) -> Double { Circuit.linear.output(parameters + [x, y]) }

  /// One point's forward pass, pull, backward pass and update. The pulls on x and y are left aside: they are data.
  package mutating func learn(_ point: Point, stepSize: Double = 0.01) {
    let values = Circuit.linear.forward(parameters + [point.x, point.y])
    let score = values[values.count - 1]
    let pull = point.label * score < 1 ? point.label : 0
    var gradients = Circuit.linear.backward(values, pull: pull)
    for index in 0..<2 { gradients[index] -= stiffness * parameters[index] }
    for index in 0..<3 { parameters[index] += stepSize * gradients[index] }
  }

  /// How many points have a score of their label's sign.
  package func right(of points: [Point] = points) -> Int {
    points.count { (score(x: $0.x, y: $0.y) > 0) == ($0.label > 0) }
  }

  /// Learns from points drawn at random, one at a time.
  ///
  /// - Parameter random: Draws as Python's `floor(random.random() * count)` does.
  /// - Returns: Every 25th step.
  package mutating func train(
    on points: [Point] = points, iterations: Int, drawing random: inout MersenneTwister
  ) -> [Step] {
    var steps: [Step] = []
    for iteration in 0..<iterations {
      learn(points[Int(floor(random.nextUnit() * Double(points.count)))])
      if iteration.isMultiple(of: 25) {
        steps.append(Step(iteration: iteration, right: right(of: points), parameters: parameters))
      }
    }
    return steps
  }
}

/// The same machine by a loss: Σ max(0, 1 − t · score) + α (a² + b²).
package struct HingeCost: Sendable, Encodable {
  /// Of each point.
  package let costs: [Double]
  package let regularisation: Double
  package var total: Double { costs.reduce(0, +) + regularisation }

  /// - Parameter parameters: a, b, c.
  package init(of points: [SupportVectorMachine.Point], parameters: [Double], alpha: Double) {
    costs = points.map { point in
      max(0, 1 - point.label * Circuit.linear.output(parameters + [point.x, point.y]))
    }
    regularisation = alpha * (parameters[0] * parameters[0] + parameters[1] * parameters[1])
  }
}
