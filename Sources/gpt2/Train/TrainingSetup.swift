import ArgumentParser
import GPT2Benchmarks
import GPT2BinaryFiles
import GPT2Communication
import GPT2Generation
import GPT2Kernels
import GPT2ModelFiles
import GPT2Platform
import GPT2Terminal
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer
import GPT2WeightFormats

/// Everything a training run needs, read and checked before anything large is allocated or anything written.
struct TrainingSetup {
  let configuration: Configuration
  let plan: TrainingPlan
  let policy: CheckpointPolicy
  let precision: Precision
  let workers: Workers
  /// That of the data, if it is known.
  let tokenizer: Tokenizer?
  let directory: RunDirectory
  let start: TrainingStart
  private let source: String
  /// Of weights that adapters are trained over as they are stored.
  private let storedFormats: String?
  /// What these are rounded to when they are opened.
  private let rounding: WeightFormat?
  /// That of the instructions, if they are what is learnt from.
  let template: InstructionTemplate?
  private let data: TrainingData
  private let watch: TrainingWatch
  private let processes: JobProcesses
  /// All options that hold, by name.
  let options: [String: String]
  /// Whether the data do not go on where a checkpoint left them.
  private let beginsData: Bool

  init(_ planned: PlannedCommand, in directory: RunDirectory, sharedBy processes: JobProcesses) throws {
    let command = planned.command
    options = command.planValues
    beginsData = planned.beginsData
    self.directory = directory
    self.processes = processes
    workers = command.threadOptions.workers
    precision = command.precisionOptions.precision
    rounding = command.trained.quantize
    source = command.model
    policy = Self.policy(command)
    try TextsAsData(command).check()
    let known = try TrainingTokenizer(command, in: directory)
    start = try TrainingStart(
      command, from: planned.point,
      vocabularySize: { try known?.tokenizer.vocabularySize ?? Self.vocabularySize(of: command) })
    let configuration = start.configuration
    self.configuration = configuration
    // As many as the run began with, or as processes that begin it.
    let size = processes.communicator.size
    let replicas = command.processes.replicas ?? planned.point?.saved?.replicas ?? size
    // Whether they can share them is asked before anything else.
    if command.processes.outer != nil { try LocalStepsError.check(replicas: replicas, processes: size) }
    _ = try ReplicaTree(replicas: replicas, processes: size)
    if let known { try configuration.check(known.tokenizer, readFrom: known.path) }
    tokenizer = try known?.tokenizer ?? TrainingTokenizer.usual(of: configuration)
    let tokenizer = tokenizer
    let instructions = try command.instructions.file.map {
      try InstructionData($0, command, tokenizer, in: directory)
    }
    let stored =
      try command.trained.loraRank == nil ? nil : start.storedByteCount(roundedTo: rounding, on: workers)
    storedFormats = stored?.formats
    if stored != nil, command.llmc.masterWeights == .on {
      throw ValidationError("-w 1 puts fp32 weights into state files, but these stay as they are stored.")
    }
    template = instructions?.template
    let sequenceLength =
      command.batches.sequenceLength ?? instructions?.usualSequenceLength(for: configuration)
      ?? BatchOptions.usualSequenceLength
    guard sequenceLength <= configuration.maximumSequenceLength else {
      throw ModelError.sequenceTooLong(
        found: sequenceLength, maximum: configuration.maximumSequenceLength)
    }
    // Before the token files, which may be many, and whose own complaint about a huge batch would hide this one.
    var plan = try TrainingPlan(
      command, for: configuration, sequenceLength: sequenceLength, replicas: replicas,
      stored: stored.map { ($0.bytes, $0.regrouped) })
    if command.batches.alignDocuments {
      // As samples take it.
      plan.documentStart = Int32(tokenizer?.endOfText ?? configuration.vocabularySize - 1)
    }
    try MemoryShortage.check(plan, for: configuration, processes: processes.communicator.size)
    data =
      try instructions.map {
        try TrainingData(command, $0, sequenceLength: sequenceLength, replicas: replicas)
      }
      ?? TrainingData(
        command, sequenceLength: sequenceLength, replicas: replicas, documentStart: plan.documentStart,
        configuration)
    watch = TrainingWatch(
      validation: data.validation, choices: try Self.choices(command, configuration), tokenizer: tokenizer,
      prompt: data.prompt)
    let wanted = command.batches.steps.flatMap { $0 == -1 ? nil : $0 }
    self.plan = plan.making(steps: wanted ?? data.steps(by: plan), by: command)
  }

  /// Whether adapters are trained over a new model, which no file has unless the run keeps it.
  var keepsBase: Bool {
    guard case .random = start else { return false }
    return plan.adapters != nil
  }

  /// What the processor can do at most, in operations a second.
  var peak: Double { ArithmeticPeak.measure(precision, on: workers) }

  /// A line that says how processes share the work; none for a run of one replica.
  private var sharing: String {
    let size = processes.communicator.size
    guard plan.replicas > 1 else { return "" }
    let update = plan.shardsOptimizer && size > 1 ? ", of which each updates a share of the weights" : ""
    let apart = plan.outer.map { ", \($0.localSteps) steps of each between exchanges" } ?? ""
    return
      "\nshares  \(plan.replicas) replicas on \(size) \(size == 1 ? "process" : "processes")\(update)\(apart)"
  }

  /// Says what is about to happen.
  var description: String {
    let memory = plan.memory(for: configuration, processes: processes.communicator.size)
    let available = AvailableMemory.bytes.map { " of \(Numbers.bytes($0)) available" } ?? ""
    let saved = memory.savedByRecomputing > 0 ? " (\(Numbers.bytes(memory.savedByRecomputing)) less)" : ""
    let accumulation = plan.accumulation > 1 ? " x \(plan.accumulation) batches" : ""
    let origin = start.step.map { "\(directory.path), resumed after step \($0)" } ?? source
    return """
      model   \(origin): \(configuration.summary)
      data    \(data.words); B=\(plan.batchSize), T=\(plan.sequenceLength)\(accumulation), \
      \(plan.steps) steps\(shapes)\(sharing)
      work    \(precision), recompute \(plan.recomputing.rawValue)\(saved), \(workers.count) threads, \(workers.kernels) kernels
      train   \(trainedWords), \(plan.optimizer.method.rawValue)\(averaging)
      memory  \(Numbers.bytes(memory.total))\(available):
              \(memory.parts)
      """
  }

  /// "all", "biases", or "adapters of rank 8 for qkvw: 294912 parameters".
  private var trainedWords: String {
    let count = Parameters.valueCount(of: configuration, holding: plan.trained, adapters: plan.adapters) ?? 0
    guard let adapters = plan.adapters else {
      return "\(plan.trained): \(Numbers.short(Double(count))) parameters"
    }
    let over = storedFormats.map { " over \($0)" } ?? ""
    return "adapters of rank \(adapters.rank) for \(adapters.targets)\(over): "
      + "\(Numbers.short(Double(count))) parameters"
  }

  /// How sequences and updates are not all alike, a line each.
  private var shapes: String {
    let documents = plan.documentStart.map {
      "\n        a sequence for each document, which token \($0) begins"
    }
    let sequences = plan.sequenceWarmUp.map {
      "\n        sequences of \($0.firstLength) tokens at first, of \(plan.sequenceLength) from step \($0.steps + 1) on"
    }
    let batches =
      plan.batchWarmUpSteps == 0
      ? nil
      : "\n        one batch of each replica at first, all from step \(plan.batchWarmUpSteps + 1) on"
    return [documents, sequences, batches].compactMap { $0 }.joined()
  }

  private var averaging: String { plan.emaDecay.map { ", weights averaged with decay \($0)" } ?? "" }

  /// The step after which the run goes on, or 0.
  var startStep: Int { start.step ?? 0 }

  /// What tells the data apart from others.
  var dataSignature: [UInt64] { data.signature }

  /// The first record of the run's metrics.
  func opening(_ command: [String]) -> RunRecord {
    var record = RunRecord(
      opening: plan, of: configuration, beganWith: start.base, after: startStep, precision: precision,
      on: workers)
    record.command = command
    let more = [
      "model": source, "configuration": configuration.summary, "data": data.name,
      "tokens an update": "\(plan.tokensPerStep)", "trained": trainedWords,
      "warm-up steps": "\(plan.learningRate.warmUpSteps)",
      "final learning rate": "\(plan.learningRate.finalFraction)",
      "weight decay": "\(plan.optimizer.weightDecay)", "beta1": "\(plan.optimizer.beta1)",
      "beta2": "\(plan.optimizer.beta2)",
      "clip": plan.optimizer.maximumGradientNorm.map { "\($0)" } ?? "none", "replicas": "\(plan.replicas)",
      "gradient precision": plan.exchange.precision.rawValue, "processes": "\(processes.communicator.size)",
    ]
    record.settings?.merge(more) { $1 }
    if let token = plan.documentStart { record.settings?["documents begin with"] = "\(token)" }
    if let warmUp = plan.sequenceWarmUp {
      record.settings?["sequence warm-up steps"] = "\(warmUp.steps)"
      record.settings?["first sequence length"] = "\(warmUp.firstLength)"
    }
    if plan.batchWarmUpSteps > 0 { record.settings?["batch warm-up steps"] = "\(plan.batchWarmUpSteps)" }
    if let decay = plan.emaDecay { record.settings?["EMA decay"] = "\(decay)" }
    if let outer = plan.outer {
      record.settings?["local steps"] = "\(outer.localSteps)"
      record.settings?["outer learning rate"] = "\(outer.learningRate)"
      record.settings?["outer momentum"] = "\(outer.momentum)"
    }
    return record
  }

  /// Gets the weights and all other memory: slow and large.
  func trainer() throws -> Trainer {
    let model = try start.model(
      adapters: plan.adapters, over: rounding, seed: UInt32(truncatingIfNeeded: plan.seed),
      precision: precision,
      on: workers)
    model.parameters.warnIfNotFinite(path: source, on: workers)
    let trainer = try Trainer(
      model, plan: plan, data: data.replicas, watchedBy: watch, sharedBy: processes.communicator)
    if let step = start.step, try !directory.load(step, into: trainer, beginningData: beginsData) {
      Diagnostics.write(
        "gpt2: note: \(directory.done(step)) has no checksums, as llm.c and earlier versions wrote it: damage of its "
          + "checkpoint's values would not be noticed")
    }
    try start.begin(trainer)
    try MappedFile.checkAll()
    return trainer
  }

  /// What a new model without a tokenizer needs for its data. Said where it is not GPT-2's.
  private static func vocabularySize(of command: TrainCommand) throws -> Int {
    guard let data = command.data else {
      throw ValidationError("A new model needs a --tokenizer to learn from --instructions.")
    }
    let vocabulary = try DataVocabulary(
      ofFilesMatching: [data] + [command.validation].compactMap { $0 })
    if !vocabulary.isGPT2 {
      let reason =
        vocabulary.isStated
        ? "as \(data) says"
        : "by the largest token in \(data); name a --tokenizer if "
          + "it has more"
      Diagnostics.write("gpt2: note: the model gets a vocabulary of \(vocabulary.size) tokens, \(reason)")
    }
    return vocabulary.size
  }

  private static func choices(_ command: TrainCommand, _ configuration: Configuration) throws -> ChoiceFile? {
    var path = command.watching.hellaswag
    if path == nil, command.llmc.hellaswag == .on {
      path = LLMCFlags.hellaswagPath
      guard FileSystem.exists(LLMCFlags.hellaswagPath) else {
        Diagnostics.write("gpt2: note: \(LLMCFlags.hellaswagPath) is not there, so -h 1 has no effect")
        return nil
      }
    }
    guard let path else { return nil }
    let file = try ChoiceFile(contentsOf: path)
    try file.check(below: configuration.vocabularySize, longest: configuration.maximumSequenceLength)
    return file
  }

  private static func policy(_ command: TrainCommand) -> CheckpointPolicy {
    let options = command.checkpoints
    return CheckpointPolicy(
      interval: options.checkpointInterval.orNone,
      longestWait: options.checkpointInterval == 0
        ? options.checkpointMinutes.orNone.map { .seconds(60 * $0) } : nil,
      kept: options.keepCheckpoints.orNone,
      majorInterval: options.majorInterval.orNone, keepsBest: options.keepBest,
      copiesWeights: command.llmc.masterWeights == .on)
  }
}

extension TrainCommand {
  var isOverfitting: Bool { batches.overfitBatch || llmc.overfit == .on }
}
