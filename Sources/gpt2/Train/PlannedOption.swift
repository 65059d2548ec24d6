import ArgumentParser
import GPT2Terminal
import GPT2TrainingCore

/// An option of `train`, and what becomes of a run that goes on with another value of it.
///
/// Each option has its line in `all`; a test fails for one that has none.
struct PlannedOption: Sendable {
  /// As a plan has it; `nil` for what each call says anew.
  let option: PlanOption?
  let name: String
  /// What the plan keeps; `nil` for an option that is not given and has no default.
  let value: @Sendable (TrainCommand) -> String?
  let kind: OptionKind
  /// Whether a configuration file may have it: what holds for a run, and where that goes.
  var isOfFiles: Bool { option != nil || name == "--output" }

  private init(
    _ name: String, _ option: PlanOption?, _ kind: OptionKind,
    _ value: @escaping @Sendable (TrainCommand) -> String?
  ) {
    self.name = name
    self.option = option
    self.kind = kind
    self.value = value
  }

  static func option<Value: ExpressibleByArgument>(
    _ name: String, _ effect: ChangeEffect, _ value: @escaping @Sendable (TrainCommand) -> Value?
  ) -> PlannedOption {
    PlannedOption(name, PlanOption(name, effect), OptionKind(of: Value.self)) { value($0).map(text) }
  }

  /// An option that names a file, or may.
  static func path(
    _ name: String, _ effect: ChangeEffect, _ value: @escaping @Sendable (TrainCommand) -> String?
  ) -> PlannedOption {
    PlannedOption(name, PlanOption(name, effect, isPath: true), .words([]), value)
  }

  /// A flag with its opposite: --shuffle and --no-shuffle, of which the last one counts.
  static func flag(
    _ name: String, _ effect: ChangeEffect, _ value: @escaping @Sendable (TrainCommand) -> Bool
  ) -> PlannedOption {
    PlannedOption(name, PlanOption(name, effect), .flag) { "\(value($0))" }
  }

  /// What each call says anew.
  static func ofCall(_ name: String) -> PlannedOption { PlannedOption(name, nil, .words([])) { _ in nil } }

  /// As it is written in a command: a number below zero must not look like a flag.
  func words(for value: String) -> [String] {
    if case .flag = kind { return [value == "true" ? name : "--no-" + name.dropFirst(2)] }
    return name.hasPrefix("--") ? ["\(name)=\(value)"] : [name, value]
  }

  private static func text(_ value: some Any) -> String {
    (value as? any RawRepresentable).map { "\($0.rawValue)" } ?? "\(value)"
  }
}

extension PlannedOption {
  static let all: [PlannedOption] = [
    .path("--model", .impossible) { $0.givenModel },
    .path("--data", .data) { $0.data },
    .path("--validation", .free) { $0.validation },
    .path("--tokenizer", .free) { $0.tokenizer },
    .path("--instructions", .data) { $0.instructions.file },
    .path("--template", .data) { $0.instructions.template },
    .option("--hold-out", .data) { $0.instructions.holdOut },

    .option("--batch-size", .data) { $0.batches.batchSize },
    .option("--sequence-length", .data) { $0.batches.sequenceLength },
    .option("--total-batch-size", .course) { $0.batches.totalBatchSize ?? -1 },
    .option("--batch-warm-up-steps", .course) { $0.batches.batchWarmUpSteps },
    .option("--sequence-warm-up-steps", .course) { $0.batches.sequenceWarmUpSteps },
    .option("--first-sequence-length", .course) { $0.batches.firstSequenceLength },
    .flag("--align-documents", .course) { $0.batches.alignDocuments },
    .option("--steps", .free) { $0.batches.steps ?? -1 },
    .flag("--shuffle", .data) { $0.batches.shuffle },
    .flag("--overfit-batch", .data) { $0.batches.overfitBatch },

    .option("--learning-rate", .free) { $0.optimizer.learningRate },
    .option("--schedule", .free) { $0.optimizer.schedule },
    .option("--warm-up-steps", .free) { $0.optimizer.warmUpSteps },
    .option("--final-learning-rate", .free) { $0.optimizer.finalLearningRate },
    .option("--weight-decay", .free) { $0.optimizer.weightDecay },
    .option("--optimizer", .impossible) { $0.optimizer.optimizer },
    .option("--momentum", .free) { $0.optimizer.momentum },
    .option("--beta1", .free) { $0.optimizer.beta1 },
    .option("--beta2", .free) { $0.optimizer.beta2 },
    .option("--clip", .free) { $0.optimizer.clip },
    .option("--ema-decay", .free) { $0.optimizer.emaDecay },
    .option("--skip-loss-outliers", .free) { $0.optimizer.skipLossOutliers },
    .option("--skip-gradient-outliers", .free) { $0.optimizer.skipGradientOutliers },

    .option("--lora-rank", .impossible) { $0.trained.loraRank },
    .option("--lora-alpha", .impossible) { $0.trained.loraRank == nil ? nil : $0.trained.alpha },
    .option("--lora-targets", .impossible) { $0.trained.loraRank == nil ? nil : $0.trained.targets },
    .option("--quantize", .impossible) { $0.trained.quantize },
    .option("--train-only", .impossible) { $0.trained.trainOnly },
    .option("--freeze", .impossible) { $0.trained.freeze },

    .option("--validation-interval", .free) { $0.watching.validationInterval },
    .option("--validation-batches", .free) { $0.watching.validationBatches },
    .option("--patience", .free) { $0.watching.patience },
    .option("--sample-interval", .free) { $0.watching.sampleInterval },
    .option("--sample-length", .free) { $0.watching.sampleLength },
    .path("--hellaswag", .free) { $0.watching.hellaswag },
    .ofCall("--json"),

    .option("--checkpoint-interval", .free) { $0.checkpoints.checkpointInterval },
    .option("--checkpoint-minutes", .free) { $0.checkpoints.checkpointMinutes },
    .option("--keep-checkpoints", .free) { $0.checkpoints.keepCheckpoints },
    .option("--major-interval", .free) { $0.checkpoints.majorInterval },
    .flag("--keep-best", .free) { $0.checkpoints.keepBest },
    .ofCall("--output"), .ofCall("--resume"), .ofCall("--overwrite"), .ofCall("--config"),
    .ofCall("--quiet"), .ofCall("--verbose"),

    .option("--replicas", .impossible) { $0.processes.replicas },
    .option("--gradient-precision", .course) { $0.processes.gradientPrecision },
    // Without it moments are another kind, which their file says.
    .option("--local-steps", .course) { $0.processes.localSteps },
    .option("--outer-learning-rate", .free) { $0.processes.outerLearningRate },
    .option("--outer-momentum", .free) { $0.processes.outerMomentum },
    .option("--zero-stage", .free) { $0.processes.zeroStage },
    // Of the machines that it goes on with.
    .ofCall("--process-timeout"), .ofCall("--overlap"),

    .option("--precision", .course) { $0.precisionOptions.precision },
    .option("--threads", .free) { $0.threadOptions.threads },
    .option("--recompute", .free) { $0.recompute },
    .option("--positions", .impossible) { $0.positions },
    .flag("--zero-projections", .impossible) { $0.zeroProjections },
    .option("--seed", .impossible) { $0.seed },

    // llm.c's: those that have an effect, as 0 where they are not given.
    .ofCall("-y"),
    .option("-a", .data) { $0.llmc.overfit ?? .off },
    .option("-h", .free) { $0.llmc.hellaswag ?? .off },
    .option("-w", .free) { $0.llmc.masterWeights ?? .off },
    .ofCall("-lg"), .ofCall("-f"), .ofCall("-ge"), .ofCall("-pn"), .ofCall("-pr"),
    .ofCall("-pg"), .ofCall("-pi"), .ofCall("-ps"), .ofCall("-pf"),
  ]

  /// Of those that a plan keeps.
  static let kept: [PlanOption] = all.compactMap(\.option)
}

extension TrainCommand {
  /// What a plan keeps of it.
  var planValues: [String: String] {
    var values: [String: String] = [:]
    for planned in PlannedOption.all where planned.option != nil {
      values[planned.name] = planned.value(self)
    }
    return values
  }
}
