import GPT2Platform

extension Sequence<Value> {
  /// One step of stochastic gradient descent: p ← p − η · ∂p.
  func descend(learningRate: Double) {
    for parameter in self { parameter.data -= learningRate * parameter.gradient }
  }

  func forgetGradients() {
    for parameter in self { parameter.gradient = 0 }
  }
}

/// AdamW (Loshchilov and Hutter 2019) for scalars in double precision; `Kernels` has it for tensors.
struct ScalarAdamW {
  private let parameters: [Value]
  private let learningRate: Double
  private let weightDecay: Double
  private let beta1 = 0.9
  private let beta2 = 0.95
  private let epsilon = 1e-8
  private var means: [Double]
  private var squares: [Double]
  private var step = 0

  init(_ parameters: [Value], learningRate: Double, weightDecay: Double) {
    self.parameters = parameters
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    means = Array(repeating: 0, count: parameters.count)
    squares = means
  }

  mutating func update() {
    step += 1
    for (index, parameter) in parameters.enumerated() {
      let gradient = parameter.gradient
      means[index] = beta1 * means[index] + (1 - beta1) * gradient
      squares[index] = beta2 * squares[index] + (1 - beta2) * gradient * gradient
      let mean = means[index] / (1 - pow(beta1, Double(step)))
      let square = squares[index] / (1 - pow(beta2, Double(step)))
      parameter.data -=
        learningRate * (mean / (square.squareRoot() + epsilon) + weightDecay * parameter.data)
    }
  }
}
