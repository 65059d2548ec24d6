import GPT2Kernels
import GPT2Platform
import GPT2Transformer

/// How the model is trained; the defaults are those of EurekaLabsAI/mlp.
package struct NeuralNGramSettings: Equatable, Sendable {
  package var steps = 50_000
  package var batchSize = 128
  /// At the first step; it falls to 0 along half a cosine.
  package var learningRate = 7e-4
  package var weightDecay = 1e-4
  /// Both losses are computed every so many steps, and at the last.
  package var evaluationInterval = 200
  /// How much of the training text is evaluated.
  package var trainingBatches = 20

  package init() {}

  /// η·½·(1 + cos(π·step / steps)), steps counted from 0.
  package func learningRate(at step: Int) -> Double {
    learningRate * 0.5 * (1 + cos(Double.pi * Double(step) / Double(steps)))
  }

  func isEvaluated(_ step: Int) -> Bool { step.isMultiple(of: evaluationInterval) || step == steps - 1 }
}

/// Losses before the update of a step, in nats per token.
package struct NeuralNGramEvaluation: Equatable, Encodable, Sendable {
  package var step: Int
  package var trainingLoss: Double
  package var validationLoss: Double
}

/// Trains a model with AdamW on the windows of a text, in their order.
package final class NeuralNGramTrainer {
  package let model: NeuralNGram
  package let settings: NeuralNGramSettings
  private let workers: Workers
  private let training: [Int32]
  private let validation: [Int32]
  private var windows: SlidingWindows
  private let gradients: NeuralNGramParameters
  private let firstMoments: NeuralNGramParameters
  private let secondMoments: NeuralNGramParameters

  /// - Parameters:
  ///   - training: At least a batch of tokens, and more than a context; `validation` likewise.
  /// - Throws: `AllocationError` if what training needs does not fit in memory.
  package init(
    _ parameters: NeuralNGramParameters, settings: NeuralNGramSettings, training: [Int32],
    validation: [Int32],
    workers: Workers
  ) throws(AllocationError) {
    precondition(settings.steps > 0 && settings.evaluationInterval > 0, "nothing to do")
    self.settings = settings
    self.workers = workers
    self.training = training
    self.validation = validation
    windows = SlidingWindows(training, contextLength: parameters.shape.contextLength)
    model = try NeuralNGram(parameters, batchSize: settings.batchSize, workers: workers)
    gradients = try NeuralNGramParameters(zeroed: parameters.shape)
    firstMoments = try NeuralNGramParameters(zeroed: parameters.shape)
    secondMoments = try NeuralNGramParameters(zeroed: parameters.shape)
  }

  /// Makes all steps.
  ///
  /// - Parameters:
  ///   - watch: Called before each update with the number of those made, and once after the last.
  ///   - report: Called with each evaluation.
  /// - Returns: All evaluations.
  /// - Throws: `DivergenceError` if a loss is not finite.
  package func run(
    watch: (Int) -> Void = { _ in }, _ report: (NeuralNGramEvaluation) -> Void = { _ in }
  ) throws(DivergenceError) -> [NeuralNGramEvaluation] {
    var evaluations: [NeuralNGramEvaluation] = []
    for step in 0..<settings.steps {
      watch(step)
      if settings.isEvaluated(step) {
        let evaluation = NeuralNGramEvaluation(
          step: step, trainingLoss: loss(of: training, atMost: settings.trainingBatches),
          validationLoss: loss(of: validation))
        try DivergenceError.check(evaluation.trainingLoss, after: step)
        try DivergenceError.check(evaluation.validationLoss, after: step)
        evaluations.append(evaluation)
        report(evaluation)
      }
      try DivergenceError.check(update(at: step), after: step)
    }
    watch(settings.steps)
    return evaluations
  }

  /// The mean loss of the whole batches that a text has, from its beginning. As in the original these are ⌊tokens / B⌋,
  /// so that the last of them may hold a few of the first windows again.
  package func loss(of tokens: [Int32], atMost limit: Int = .max) -> Double {
    var windows = SlidingWindows(tokens, contextLength: model.shape.contextLength)
    let batches = min(tokens.count / settings.batchSize, limit)
    precondition(batches > 0, "a text of less than a batch")
    return (0..<batches).reduce(0.0) { sum, _ in sum + model.loss(of: windows.next(settings.batchSize)) }
      / Double(batches)
  }

  /// - Returns: The loss before the update.
  private func update(at step: Int) -> Double {
    let loss = model.loss(of: windows.next(settings.batchSize), gradients: gradients)
    // Every tensor decays, so that all are updated as one.
    AdamW.update(
      parameters: model.parameters.values, gradients: gradients.values, firstMoments: firstMoments.values,
      secondMoments: secondMoments.values,
      settings: AdamWStep(
        learningRate: Float(settings.learningRate(at: step)), weightDecay: Float(settings.weightDecay),
        step: step + 1), on: workers)
    return loss
  }
}
