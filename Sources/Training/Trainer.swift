import Generation
import Kernels
import Tokens
import Transformer

/// Trains a model on a data loader's batches.
public final class Trainer {
  public let model: Model
  public let plan: TrainingPlan

  /// Updates made so far.
  public private(set) var stepsMade = 0

  private var timeSpent = Duration.zero
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
      keepingForBackward: true, recomputing: plan.recomputing)
  }

  /// Makes the plan's updates.
  ///
  /// However it ends, the model is left as `stepsMade` updates made it.
  ///
  /// - Parameters:
  ///   - isInterrupted: Asked again and again; once it says yes, the run ends as if it were over.
  ///   - observing: Called with each event as it happens.
  /// - Throws: `TrainingError` if the loss or the gradients are not finite, before they reach the weights;
  ///   what `observing` throws.
  public func run(
    isInterrupted: () -> Bool = { false }, observing observe: (TrainingEvent) throws -> Void
  ) throws {
    while stepsMade < plan.steps && !isInterrupted() {
      try validate(unless: isInterrupted, observe)
      if stepsMade > 0 { try sample(unless: isInterrupted, observe) }
      if isInterrupted() { return }
      try observe(.step(try update()))
    }
    try validate(unless: isInterrupted, observe)
    try sample(unless: isInterrupted, observe)
  }

  private func update() throws -> StepReport {
    let step = stepsMade
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
    stepsMade += 1

    let elapsed = clock.now - start
    timeSpent += elapsed
    let tokens = plan.batchSize * plan.sequenceLength
    let operations = model.configuration.operationsPerStep(
      tokens: tokens, sequenceLength: plan.sequenceLength)
    let seconds = elapsed / .seconds(1)
    return StepReport(
      step: step + 1, steps: plan.steps, loss: loss, learningRate: learningRate, gradientNorm: norm,
      seconds: seconds, tokensPerSecond: Double(tokens) / seconds, gigaflops: operations / seconds / 1e9,
      secondsLeft: (timeSpent / .seconds(1)) / Double(step + 1) * Double(plan.steps - step - 1))
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

  private func validate(
    unless isInterrupted: () -> Bool, _ observe: (TrainingEvent) throws -> Void
  ) throws {
    guard let validation, isDue(plan.validationInterval) else { return }
    let loss = try Validation.loss(
      of: model, on: validation, batches: plan.validationBatches, using: activations,
      isInterrupted: isInterrupted)
    if let loss { try observe(.validation(step: stepsMade, loss: loss)) }
  }

  private func sample(
    unless isInterrupted: () -> Bool, _ observe: (TrainingEvent) throws -> Void
  ) throws {
    guard isDue(plan.sampleInterval) else { return }
    let generator = try Generator(
      LanguageModel(model), prompt: [], endOfText: tokenizer.endOfText, maximumTokens: plan.sampleLength,
      sampling: SamplingOptions(seed: plan.seed))
    var tokens: [Int] = []
    while tokens.count < plan.sampleLength {
      if isInterrupted() { return }
      tokens.append(try generator.next())
    }
    let text = String(decoding: tokenizer.decode(tokens), as: UTF8.self)
    try observe(.sample(step: stepsMade, text: text))
  }

  private func isDue(_ interval: Int?) -> Bool {
    guard let interval else { return false }
    return stepsMade % interval == 0 || stepsMade == plan.steps
  }
}
