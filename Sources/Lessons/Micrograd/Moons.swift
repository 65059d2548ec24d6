import GPT2Platform
import GPT2RandomNumbers

/// Two half-moons that no straight line can tell apart, and a perceptron that learns to: the demo of
/// karpathy/micrograd (`demo.ipynb`), number for number.
package struct Moons {
  package struct Point: Sendable {
    package var x: Double
    package var y: Double
    /// Whether it is of the lower moon; the label 1 rather than −1.
    package var isLower: Bool
  }

  /// What one step saw before it changed the parameters.
  package struct Step: Sendable, Encodable {
    package var loss: Double
    /// The fraction of points on the right side of 0.
    package var accuracy: Double
  }

  package let points: [Point]
  /// 2 inputs, two layers of 16 rectified neurons, one score: 337 parameters.
  package let network: ScalarMLP

  /// - Parameter seed: Of the points and of the weights; the original's is 1337.
  package init(seed: UInt32) {
    points = Self.points(count: 100, noise: 0.1, seed: seed)
    var random = MersenneTwister(key: [seed])
    // Python's `random.uniform(-1, 1)`
    network = ScalarMLP(inputs: 2, widths: [16, 16, 1], .rectified) { _ in -1 + 2 * random.nextUnit() }
  }

  /// scikit-learn's `make_moons` after `numpy.random.seed(seed)`: two half circles, shuffled, then blurred.
  ///
  /// - Parameter noise: The standard deviation of what is added to each coordinate.
  static func points(count: Int, noise: Double, seed: UInt32) -> [Point] {
    func angles(_ count: Int) -> [Double] {
      (0..<count).map { $0 == count - 1 ? Double.pi : Double($0) * (Double.pi / Double(count - 1)) }
    }
    var points = angles(count / 2).map { Point(x: cos($0), y: sin($0), isLower: false) }
    points += angles(count - count / 2).map { Point(x: 1 - cos($0), y: 1 - sin($0) - 0.5, isLower: true) }
    var random = MersenneTwister(seed: seed)
    random.shuffleLikeNumPy(&points)
    return points.map { point in
      let (x, y) = random.nextNormalPair()
      return Point(x: point.x + noise * x, y: point.y + noise * y, isLower: point.isLower)
    }
  }

  /// Trains by plain gradient descent on all points at once, the rate falling from 1 to 0.1.
  ///
  /// - Parameter progress: Called after each step with what it saw.
  package func train(steps: Int, progress: (Int, Step) -> Void = { _, _ in }) -> [Step] {
    let parameters = network.parameters
    return (0..<steps).map { index in
      let (loss, accuracy) = loss()
      parameters.forgetGradients()
      loss.backward()
      parameters.descend(learningRate: 1 - 0.9 * Double(index) / Double(steps))
      let step = Step(loss: loss.data, accuracy: accuracy)
      progress(index, step)
      return step
    }
  }

  /// The mean over the points of the hinge max(0, 1 − label · score), plus 10⁻⁴ of the parameters' squares.
  func loss() -> (loss: Value, accuracy: Double) {
    var hinges = Value(0)
    var correct = 0
    for point in points {
      let score = network([Value(point.x), Value(point.y)])[0]
      hinges = hinges + (score * (point.isLower ? -1 : 1) + 1).rectified()
      correct += (score.data > 0) == point.isLower ? 1 : 0
    }
    let penalty = network.parameters.reduce(Value(0)) { $0 + $1 * $1 } * 1e-4
    let fraction = Double(correct) / Double(points.count)
    return (hinges * Value(1 / Double(points.count)) + penalty, fraction)
  }

  /// Whether the network takes a place for the lower moon's.
  package func isLower(x: Double, y: Double) -> Bool { network([Value(x), Value(y)])[0].data > 0 }
}
