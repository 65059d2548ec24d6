import GPT2TrainingCore
import GPT2Transformer

extension TrainingPlan {
  /// Of one step; see `making(steps:by:)`.
  init(
    _ command: TrainCommand, for configuration: Configuration, sequenceLength: Int, replicas: Int,
    stored: (bytes: Int, regrouped: Int)?
  ) throws {
    let (watching, batches) = (command.watching, command.batches)
    let accumulation = try batches.accumulation(sequenceLength: sequenceLength, replicas: replicas)
    self.init(
      batchSize: batches.batchSize, sequenceLength: sequenceLength,
      sequenceWarmUp: try batches.sequenceWarmUp(to: sequenceLength), accumulation: accumulation,
      batchWarmUpSteps: try batches.batchWarmUpSteps(to: accumulation, replicas: replicas),
      replicas: replicas, exchange: command.processes.exchange, outer: command.processes.outer,
      recomputing: command.recompute, steps: 1,
      learningRate: command.optimizer.schedule(steps: 1), optimizer: command.optimizer.settings,
      shardsOptimizer: command.processes.zeroStage == 1, emaDecay: command.optimizer.emaDecay,
      trained: try command.trained.trained, adapters: try command.trained.adapters(for: configuration),
      storedByteCount: stored?.bytes, regroupedByteCount: stored?.regrouped ?? 0,
      outliers: command.optimizer.outliers, isOverfitting: command.isOverfitting,
      validationInterval: watching.validationInterval.orNone,
      validationBatches: watching.validationBatches == -1 ? .max : watching.validationBatches,
      patience: watching.patience, sampleInterval: watching.sampleInterval.orNone,
      sampleLength: watching.sampleLength, seed: UInt64(command.seed))
  }

  /// The same with so many steps.
  func making(steps: Int, by command: TrainCommand) -> TrainingPlan {
    var plan = self
    plan.steps = steps
    plan.learningRate = command.optimizer.schedule(steps: steps)
    return plan
  }
}

extension Int {
  /// `nil` for 0, which stands for never.
  var orNone: Int? { self == 0 ? nil : self }
}
