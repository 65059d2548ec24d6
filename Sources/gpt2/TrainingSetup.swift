import ArgumentParser
import BinaryFiles
import Kernels
import Tokens
import Training
import Transformer

/// Everything a training run needs, read and checked before anything large is allocated or anything written.
struct TrainingSetup {
  let configuration: Configuration
  let plan: TrainingPlan
  let precision: Precision
  let workers: Workers
  private let start: Start
  private let source: String
  private let tokenizer: Tokenizer
  private let data: DataLoader
  private let validation: DataLoader?

  init(_ command: TrainCommand) throws {
    workers = command.threadOptions.workers
    precision = command.precisionOptions.precision
    source = command.model
    tokenizer = try Tokenizer(contentsOf: command.tokenizer)
    start = try Start(command, vocabularySize: tokenizer.vocabularySize)
    configuration = start.configuration
    try configuration.check(tokenizer, readFrom: command.tokenizer)
    guard command.batches.sequenceLength <= configuration.maximumSequenceLength else {
      throw ModelError.sequenceTooLong(
        found: command.batches.sequenceLength, maximum: configuration.maximumSequenceLength)
    }
    // Before the data, which may be many files, and whose own complaint about a huge batch would hide this one.
    try MemoryShortage.check(Self.plan(command, steps: command.batches.steps ?? 1), for: configuration)
    data = try Self.loader(command.data, command, shuffles: command.batches.shuffle, configuration)
    let configuration = configuration
    validation = try command.validation.map {
      try Self.loader($0, command, shuffles: false, configuration)
    }
    plan = Self.plan(command, steps: command.batches.steps ?? data.batchesPerEpoch)
  }

  /// Says what is about to happen.
  var description: String {
    let memory = plan.memory(for: configuration)
    let available = AvailableMemory.bytes.map { " of \(Numbers.bytes($0)) available" } ?? ""
    let saved = memory.savedByRecomputing > 0 ? " (\(Numbers.bytes(memory.savedByRecomputing)) less)" : ""
    return """
      model   \(source): \(configuration.summary)
      data    \(data.tokensInAllShards) tokens; B=\(plan.batchSize), T=\(plan.sequenceLength), \(plan.steps) steps
      work    \(precision), recompute \(plan.recomputing.rawValue)\(saved), \(workers.count) threads
      memory  \(Numbers.bytes(memory.total))\(available):
              \(memory.parts)
      """
  }

  /// Gets the weights and all other memory: slow and large.
  func trainer() throws -> Trainer {
    let parameters = try start.parameters()
    parameters.warnIfNotFinite(path: source, on: workers)
    return try Trainer(
      Model(parameters, precision: precision, on: workers), plan: plan, data: data, validation: validation,
      tokenizer: tokenizer)
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
      batchSize: command.batches.batchSize, sequenceLength: command.batches.sequenceLength,
      recomputing: command.recompute, steps: steps,
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
  case checkpoint(Configuration, path: String)

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
    self = .checkpoint(try Self.configuration(of: command.model), path: command.model)
  }

  private static func configuration(of path: String) throws(FileError) -> Configuration {
    do throws(FileError) {
      return try Checkpoint.configuration(of: path)
    } catch {
      guard error.cause == .notFound && !path.contains("/") else { throw error }
      throw FileError(
        path,
        .mismatch(
          found: "no such file", expected: "a checkpoint, or a size (\(ModelSize.descriptors))",
          advice: "check the name"))
    }
  }

  var configuration: Configuration {
    switch self {
    case .random(let configuration, _), .checkpoint(let configuration, _): configuration
    }
  }

  func parameters() throws -> Parameters {
    switch self {
    case .random(let configuration, let seed): try Parameters(random: configuration, seed: seed)
    case .checkpoint(_, let path): try Checkpoint.read(path)
    }
  }
}
