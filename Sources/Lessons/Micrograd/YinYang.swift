import GPT2Platform
import GPT2RandomNumbers

/// Points of the yin-yang symbol in three classes, and a perceptron of eight tanh neurons: the program
/// EurekaLabsAI/micrograd (`micrograd.py`), number for number. The symbol is Kriener's (arXiv 2102.08211).
package struct YinYang {
  package enum Class: Int, Sendable, CaseIterable {
    case yin
    case yang
    case dot
  }

  package struct Point: Sendable {
    /// From −2 to 2.
    package var x: Double
    package var y: Double
    package var label: Class
  }

  package struct Step: Sendable, Encodable {
    package var loss: Double
    /// Only measured every tenth step.
    package var validationLoss: Double?
  }

  /// 80, 10 and 10 points; the original too makes the last and never looks at them.
  package let training: [Point]
  package let validation: [Point]
  package let test: [Point]
  /// 2 inputs, 8 tanh neurons, 3 logits: 51 parameters.
  package let network: ScalarMLP

  /// - Parameter seed: Of the points, and after them of the weights; the original's is 42. Not 0, where the generator
  ///   stands still.
  package init(seed: UInt32) {
    precondition(seed != 0, "a generator that stands still")
    var random = XorShift(state: UInt64(seed))
    let points = (0..<100).map { Self.point(of: Class.allCases[$0 % 3], &random) }
    training = Array(points[..<80])
    validation = Array(points[80..<90])
    test = Array(points[90...])
    network = ScalarMLP(inputs: 2, widths: [8, 3], .hyperbolicTangent) { inputs in
      random.uniform(from: -1, to: 1) * pow(Double(inputs), -0.5)
    }
  }

  /// Draws from the square until a place lies in the symbol's disc, and in the part that is wanted.
  private static func point(of label: Class, _ random: inout XorShift) -> Point {
    while true {
      let x = random.uniform(from: 0, to: 1)
      let y = random.uniform(from: 0, to: 1)
      if distance(x, y, to: 0.5) <= 0.5 && classify(x: x, y: y) == label {
        return Point(x: (x / 0.5 - 1) * 2, y: (y / 0.5 - 1) * 2, label: label)
      }
    }
  }

  /// The part of the symbol of diameter 1, its lower left corner at 0, in which a place lies.
  static func classify(x: Double, y: Double) -> Class {
    let (left, right) = (distance(x, y, to: 0.25), distance(x, y, to: 0.75))
    if left < dotRadius || right < dotRadius { return .dot }
    let isYin = right <= dotRadius || (left > dotRadius && left <= 0.25) || (y > 0.5 && right > 0.25)
    return isYin ? .yin : .yang
  }

  private static let dotRadius = 0.1

  /// From a place on the symbol's horizontal axis.
  private static func distance(_ x: Double, _ y: Double, to center: Double) -> Double {
    ((x - center) * (x - center) + (y - 0.5) * (y - 0.5)).squareRoot()
  }

  /// Trains with AdamW on all training points at once.
  package func train(steps: Int) -> [Step] {
    let parameters = network.parameters
    var optimizer = ScalarAdamW(parameters, learningRate: 0.1, weightDecay: 1e-4)
    return (0..<steps).map { index in
      let validationLoss = index % 10 == 0 ? loss(of: validation).data : nil
      let loss = loss(of: training)
      loss.backward()
      optimizer.update()
      parameters.forgetGradients()
      return Step(loss: loss.data, validationLoss: validationLoss)
    }
  }

  /// The mean cross-entropy, in nats.
  package func loss(of points: [Point]) -> Value {
    let sum = points.reduce(Value(0)) { sum, point in
      let logits = network([Value(point.x, name: "x"), Value(point.y, name: "y")])
      return sum + Self.crossEntropy(logits, target: point.label.rawValue)
    }
    return sum * Value(1 / Double(points.count))
  }

  /// −log softmax(logits)[target]. As in the original the largest logit is not subtracted first, which keeps the graph
  /// small; logits beyond 709 would overflow.
  static func crossEntropy(_ logits: [Value], target: Int) -> Value {
    let exponentials = logits.map { $0.exponential() }
    let sum = exponentials.dropFirst().reduce(exponentials[0], +)
    return -(exponentials[target] / sum).logarithm()
  }

  /// The class with the largest logit.
  package func label(x: Double, y: Double) -> Class {
    let logits = network([Value(x), Value(y)]).map(\.data)
    return Class.allCases.max { logits[$0.rawValue] < logits[$1.rawValue] } ?? .yin
  }
}

extension XorShift {
  fileprivate mutating func uniform(from lower: Double, to upper: Double) -> Double {
    lower + (upper - lower) * Double(nextFloat())
  }
}
