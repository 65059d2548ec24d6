import Generation
import Kernels
import Tokens
import Transformer

/// Trains a model on a data loader's batches.
public final class Trainer {
  public let model: Model
  public let plan: TrainingPlan

  private var data: DataLoader
  private let validation: DataLoader?
  private let tokenizer: Tokenizer
  private let gradients: Parameters
  private let optimizer: AdamWOptimizer
  private let activations: Activations

  /// - Parameters:
  ///   - data: Batches of the plan's B and T.
  ///   - validation: Likewise; `nil` if there is none to measure on.
  /// - Throws: `AllocationError` if gradients, moments and activations do not fit in memory.
  public init(
    _ model: Model, plan: TrainingPlan, data: DataLoader, validation: DataLoader?, tokenizer: Tokenizer
  ) throws(AllocationError) {
    self.model = model
    self.plan = plan
    self.data = data
    self.validation = validation
    self.tokenizer = tokenizer
    gradients = try Parameters(zeroed: model.configuration)
    optimizer = try AdamWOptimizer(model.configuration, settings: plan.optimizer)
    activations = try Activations(
      model.configuration, batchSize: plan.batchSize, sequenceLength: plan.sequenceLength,
      keepingForBackward: true)
  }

  /// Makes the plan's updates.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked between steps; once it says yes, the run ends as if it were over.
  ///   - observing: Called with each event as it happens.
  /// - Returns: The number of updates made.
  /// - Throws: `TrainingError` if the loss or the gradients are not finite, before they reach the weights.
  @discardableResult
  public func run(
    isInterrupted: () -> Bool = { false }, observing observe: (TrainingEvent) throws -> Void
  ) throws -> Int {
    var training = Duration.zero
    for step in 0..<plan.steps {
      if isInterrupted() { return step }
      try validate(after: step, observe)
      if step > 0 { try sample(after: step, observe) }
      try observe(.step(try update(step, training: &training)))
    }
    try validate(after: plan.steps, observe)
    try sample(after: plan.steps, observe)
    return plan.steps
  }

  private func update(_ step: Int, training: inout Duration) throws -> StepReport {
    let clock = ContinuousClock()
    let start = clock.now
    let batch = data.nextBatch()
    try model.forward(batch.inputs, into: activations)
    let loss = try model.backward(batch.inputs, targets: batch.targets, from: activations, into: gradients)
    let learningRate = plan.learningRate.rate(at: step)
    let norm = try checkedNorm(step: step, loss: loss)
    optimizer.update(
      model.parameters, gradients: gradients, learningRate: learningRate, gradientNorm: norm,
      on: model.workers)

    let elapsed = clock.now - start
    training += elapsed
    let tokens = plan.batchSize * plan.sequenceLength
    let operations = model.configuration.operationsPerStep(
      tokens: tokens, sequenceLength: plan.sequenceLength)
    let seconds = elapsed / .seconds(1)
    return StepReport(
      step: step + 1, steps: plan.steps, loss: loss, learningRate: learningRate, gradientNorm: norm,
      seconds: seconds, tokensPerSecond: Double(tokens) / seconds, gigaflops: operations / seconds / 1e9,
      secondsLeft: (training / .seconds(1)) / Double(step + 1) * Double(plan.steps - step - 1))
  }

  /// The gradients' norm, once it is known that an update with them would not spoil the weights.
  private func checkedNorm(step: Int, loss: Float) throws(TrainingError) -> Float {
    let norm = AdamWOptimizer.norm(of: gradients, on: model.workers)
    guard loss.isFinite, norm.isFinite else {
      let tensor = gradients.firstNonFinite(on: model.workers)?.tensor.name
      throw .notFinite(step: step + 1, loss: loss, gradientNorm: norm, tensor: tensor)
    }
    return norm
  }

  private func validate(after step: Int, _ observe: (TrainingEvent) throws -> Void) throws {
    guard let validation, isDue(plan.validationInterval, after: step) else { return }
    let loss = try Evaluation.loss(
      of: model, on: validation, batches: plan.validationBatches, using: activations)
    try observe(.validation(step: step, loss: loss))
  }

  private func sample(after step: Int, _ observe: (TrainingEvent) throws -> Void) throws {
    guard isDue(plan.sampleInterval, after: step) else { return }
    let generator = try Generator(
      model, prompt: [], endOfText: tokenizer.endOfText, maximumTokens: plan.sampleLength,
      sampling: Sampler.Settings(seed: plan.seed))
    let tokens = try (0..<plan.sampleLength).map { _ in try generator.next() }
    try observe(.sample(step: step, text: String(decoding: tokenizer.decode(tokens), as: UTF8.self)))
  }

  private func isDue(_ interval: Int?, after step: Int) -> Bool {
    guard let interval else { return false }
    return step % interval == 0 || step == plan.steps
  }
}
