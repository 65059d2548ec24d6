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
    let start = try Start(command, vocabularySize: tokenizer.vocabularySize)
    let configuration = start.configuration
    try configuration.check(tokenizer, readFrom: command.tokenizer)
    guard command.batches.sequenceLength <= configuration.maximumSequenceLength else {
      throw ModelError.sequenceTooLong(
        found: command.batches.sequenceLength, maximum: configuration.maximumSequenceLength)
    }
    let data = try Self.loader(command.data, command, shuffles: command.batches.shuffle, configuration)
    let validation = try command.validation.map {
      try Self.loader($0, command, shuffles: false, configuration)
    }
    let plan = Self.plan(command, steps: command.batches.steps ?? data.batchesPerEpoch)
    try MemoryShortage.check(plan.memory(for: configuration))

    // The slow and the large only now, when all else is known to be right.
    let parameters = try start.parameters()
    parameters.warnIfNotFinite(path: command.model, on: workers)
    trainer = try Trainer(
      Model(parameters, on: workers), plan: plan, data: data, validation: validation, tokenizer: tokenizer)
    source = command.model
    trainingTokens = data.tokensInAllShards
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

/// What a run starts from: random weights of a named size, or a checkpoint.
private enum Start {
  case random(Configuration, seed: UInt32)
  case checkpoint(Parameters)

  init(_ command: TrainCommand, vocabularySize: Int) throws {
    if let size = ModelSize(descriptor: command.model) {
      self = .random(
        try size.configuration(
          vocabularySize: vocabularySize, maximumSequenceLength: command.positions ?? 1024),
        seed: command.seed)
      return
    }
    guard command.positions == nil else {
      throw ValidationError("--positions is for new models; \(command.model) has its own number.")
    }
    do {
      self = .checkpoint(try Checkpoint.read(command.model))
    } catch let error as FileError where error.cause == .notFound && !command.model.contains("/") {
      throw FileError(
        command.model,
        .mismatch(
          found: "no such file", expected: "a checkpoint, or a size (\(ModelSize.descriptors))",
          advice: "check the name"))
    }
  }

  var configuration: Configuration {
    switch self {
    case .random(let configuration, _): configuration
    case .checkpoint(let parameters): parameters.configuration
    }
  }

  func parameters() throws -> Parameters {
    switch self {
    case .random(let configuration, let seed): try Parameters(random: configuration, seed: seed)
    case .checkpoint(let parameters): parameters
    }
  }
}
