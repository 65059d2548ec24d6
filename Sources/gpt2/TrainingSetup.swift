import ArgumentParser
import BinaryFiles
import Kernels
import Tokens
import Training
import Transformer

/// Everything a training run needs, read and checked before anything is written.
struct TrainingSetup {
  let trainer: Trainer
  private let source: String
  private let trainingTokens: Int

  init(_ command: TrainCommand) throws {
    let workers = command.threadOptions.workers
    let tokenizer = try Tokenizer(contentsOf: command.tokenizer)
    let parameters = try Self.parameters(command, vocabularySize: tokenizer.vocabularySize)
    let model = Model(parameters, on: workers)
    try model.check(tokenizer, readFrom: command.tokenizer)
    let configuration = model.configuration
    guard command.batches.sequenceLength <= configuration.maximumSequenceLength else {
      throw ModelError.sequenceTooLong(
        found: command.batches.sequenceLength, maximum: configuration.maximumSequenceLength)
    }
    let data = try Self.loader(command.data, command, shuffles: command.batches.shuffle, configuration)
    let validation = try command.validation.map {
      try Self.loader($0, command, shuffles: false, configuration)
    }
    let plan = Self.plan(command, steps: command.batches.steps ?? data.batchesPerEpoch)
    trainer = try Trainer(model, plan: plan, data: data, validation: validation, tokenizer: tokenizer)
    source = command.model
    trainingTokens = data.tokensInAllShards
    parameters.warnIfNotFinite(path: command.model, on: workers)
  }

  /// Says what is about to happen.
  func describe() {
    let (plan, configuration) = (trainer.plan, trainer.model.configuration)
    Diagnostics.write(
      """
      model   \(source): \(configuration.summary)
      data    \(trainingTokens) tokens; B=\(plan.batchSize), T=\(plan.sequenceLength), \(plan.steps) steps
      memory  \(Numbers.bytes(plan.memory(for: configuration))), \(trainer.model.workers.count) threads
      """)
  }

  private static func parameters(_ command: TrainCommand, vocabularySize: Int) throws -> Parameters {
    guard let size = ModelSize(descriptor: command.model) else {
      return try Checkpoint.read(command.model)
    }
    let configuration = try size.configuration(
      vocabularySize: vocabularySize, maximumSequenceLength: command.positions)
    return try Parameters(random: configuration, seed: command.seed)
  }

  private static func loader(
    _ pattern: String, _ command: TrainCommand, shuffles: Bool, _ configuration: Configuration
  ) throws -> DataLoader {
    try DataLoader(
      pattern: pattern, batchSize: command.batches.batchSize,
      sequenceLength: command.batches.sequenceLength, shuffling: shuffles,
      vocabularySize: configuration.vocabularySize)
  }

  private static func plan(_ command: TrainCommand, steps: Int) -> TrainingPlan {
    let watching = command.watching
    return TrainingPlan(
      batchSize: command.batches.batchSize, sequenceLength: command.batches.sequenceLength, steps: steps,
      learningRate: command.optimizer.schedule(steps: steps), optimizer: command.optimizer.settings,
      validationInterval: watching.validationInterval == 0 ? nil : watching.validationInterval,
      validationBatches: watching.validationBatches,
      sampleInterval: watching.sampleInterval == 0 ? nil : watching.sampleInterval,
      sampleLength: watching.sampleLength, seed: UInt64(command.seed))
  }
}
