import GPT2Platform
import GPT2RandomNumbers

/// Trains a `RecallHead` by Adam (Kingma and Ba 2014, algorithm 1), on texts that are drawn anew for every step.
package struct HeadTraining: Sendable {
  package let task: RecallTask
  /// Texts of a step.
  package let batchSize: Int
  package let learningRate: Double
  package private(set) var parameters: HeadParameters
  /// Updates made.
  package private(set) var steps = 0
  private var means: [Double]
  private var squares: [Double]
  private var random: MersenneTwister

  static let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-8)

  /// - Parameter seed: Of the start and of the texts, drawn as Python's `random.seed(seed)` does: first the parameters.
  package init(
    _ task: RecallTask, channels: Int, headSize: Int, batchSize: Int, learningRate: Double, seed: UInt32
  ) {
    self.task = task
    self.batchSize = batchSize
    self.learningRate = learningRate
    random = MersenneTwister(key: [seed])
    parameters = HeadParameters(
      random: task.vocabularySize, channels: channels, headSize: headSize, using: &random)
    means = [Double](repeating: 0, count: parameters.count)
    squares = means
  }

  /// Draws a batch, and changes the parameters by the gradient of its mean loss.
  ///
  /// - Returns: That loss in nats an answer, before the change.
  @discardableResult
  package mutating func step() -> Double {
    var gradient = HeadParameters(
      zeros: task.vocabularySize, channels: parameters.channels, headSize: parameters.headSize)
    let questions = task.questions
    let scale = 1 / Double(batchSize * questions.count)
    var sum = 0.0
    for _ in 0..<batchSize {
      let text = task.draw(using: &random)
      let head = RecallHead(parameters, reading: text.dropLast())
      let answers = questions.map { text[$0 + 1] }
      sum += head.loss(at: questions, answers: answers).sum
      head.backward(from: questions, answers: answers, scale: scale, into: &gradient)
    }
    update(gradient.values)
    return sum * scale
  }

  private mutating func update(_ gradient: [Double]) {
    steps += 1
    let correction = (
      mean: 1 - pow(Self.beta1, Double(steps)), square: 1 - pow(Self.beta2, Double(steps))
    )
    var values = parameters.values
    for index in values.indices {
      means[index] = Self.beta1 * means[index] + (1 - Self.beta1) * gradient[index]
      squares[index] = Self.beta2 * squares[index] + (1 - Self.beta2) * gradient[index] * gradient[index]
      let size = (squares[index] / correction.square).squareRoot()
      values[index] -= learningRate * (means[index] / correction.mean) / (size + Self.epsilon)
    }
    parameters.values = values
  }
}
