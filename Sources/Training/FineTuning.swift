import GPT2BinaryFiles
import GPT2Transformer

/// What to train a model further on somebody's own text with, where nothing else is asked for.
///
/// Whole, if there is the memory for it, else by low-rank adapters; on 1,024 tokens an update, as far as the text has so
/// many, for some epochs; the learning rate rises for a tenth of the steps and falls by a cosine to a tenth.
package struct FineTuning: Sendable {
  /// How often the text is gone through.
  package var epochs = 3
  /// Updates; `epochs` say how many if not given.
  package var steps: Int?
  /// The largest rate; `usualLearningRate` if not given.
  package var learningRate: Float?
  /// Of adapters that are trained whatever memory there is.
  package var adapterRank: Int?
  package var seed: UInt64 = UInt64(Parameters.initialisationSeed)

  package init() {}

  /// The fewest tokens of a row that are worth training on.
  static let shortestSequence = 16
  private static let longestSequence = 256
  private static let largestBatch = 4
  private static let tokensOfUpdate = 1024
  /// Updates that the text is worth at least, in an epoch.
  private static let updatesOfEpoch = 8
  private static let usualRank = 8
  private static let looks = 10

  /// 5e-5 for GPT-2's 768 channels, as transformers' run_clm.py has it, and 3e-4 for adapters; the rate falls as the
  /// channels rise (Yang et al. 2022, arXiv:2203.03466).
  static func usualLearningRate(_ configuration: Configuration, ofAdapters: Bool) -> Float {
    Float(min(1e-3, (ofAdapters ? 3e-4 : 5e-5) * 768 / Double(configuration.channels)))
  }

  /// - Parameters:
  ///   - trainingTokens: In the file that is trained on.
  ///   - validationTokens: In the file of the validation loss.
  ///   - available: Bytes of memory; `nil` if they are not known, and taken for enough.
  /// - Throws: `FineTuningError` if there is too little text; `AdapterError` if the rank is impossible.
  package func plan(
    for configuration: Configuration, trainingTokens: Int, validationTokens: Int,
    available: Int? = AvailableMemory.bytes
  ) throws -> TrainingPlan {
    // A batch takes the token after its last.
    let shortest = min(trainingTokens, validationTokens) - 1
    guard shortest >= Self.shortestSequence else {
      throw FineTuningError.tooLittleText(training: trainingTokens, validation: validationTokens)
    }
    let length = min(Self.longestSequence, configuration.maximumSequenceLength, shortest)
    let batch = min(Self.largestBatch, shortest / length)
    let tokens = trainingTokens - 1
    let accumulation = max(1, min(Self.tokensOfUpdate, tokens / Self.updatesOfEpoch) / (batch * length))
    return try fitting(available, configuration) { adapters in
      plan(
        configuration, (batch, length, accumulation),
        stepsOfEpoch: max(1, tokens / (batch * length * accumulation)), adapters: adapters)
    }
  }

  /// The same for data whose rows are of its own making, as those of instructions are.
  ///
  /// - Parameters:
  ///   - sequenceLength: T of its rows.
  ///   - rows: Of an epoch.
  /// - Throws: `AdapterError` if the rank is impossible.
  package func plan(
    for configuration: Configuration, sequenceLength: Int, rows: Int,
    available: Int? = AvailableMemory.bytes
  ) throws -> TrainingPlan {
    let batch = min(Self.largestBatch, max(1, rows))
    return try fitting(available, configuration) { adapters in
      plan(
        configuration, (batch, sequenceLength, 1), stepsOfEpoch: max(1, rows / batch), adapters: adapters)
    }
  }

  /// The plan with as little changed as memory asks for.
  private func fitting(
    _ available: Int?, _ configuration: Configuration, _ plan: (AdapterLayout?) -> TrainingPlan
  ) throws -> TrainingPlan {
    var wanted = plan(try adapterRank.map { try adapters($0, configuration) })
    guard let available else { return wanted }
    // What is available changes from one moment to the next.
    let room = available - available / 32
    if let fitting = wanted.accumulating(within: room, configuration) { return fitting }
    if adapterRank == nil {
      wanted = plan(try adapters(min(Self.usualRank, configuration.channels), configuration))
    }
    // If nothing fits, whoever checks the plan says so.
    return wanted.accumulating(within: room, configuration) ?? wanted.fitting(room, for: configuration)
      ?? wanted
  }

  private func adapters(_ rank: Int, _ configuration: Configuration) throws -> AdapterLayout {
    try AdapterLayout(
      configuration, rank: rank, alpha: 2 * Float(rank), targets: AdapterLayout.possibleTargets)
  }

  private func plan(
    _ configuration: Configuration, _ shape: (batch: Int, length: Int, accumulation: Int), stepsOfEpoch: Int,
    adapters: AdapterLayout?
  ) -> TrainingPlan {
    let most = TrainingPlan.possibleSteps.upperBound
    let steps = min(most, self.steps ?? (CheckedCount(stepsOfEpoch) * epochs).value ?? most)
    let interval = max(1, steps / Self.looks)
    return TrainingPlan(
      batchSize: shape.batch, sequenceLength: shape.length, accumulation: shape.accumulation, steps: steps,
      learningRate: LearningRateSchedule(
        shape: .cosine,
        peak: learningRate ?? Self.usualLearningRate(configuration, ofAdapters: adapters != nil),
        warmUpSteps: steps / 10, steps: steps, finalFraction: 0.1),
      optimizer: Optimizer.Settings(weightDecay: 0.1), trained: adapters == nil ? .all : .none,
      adapters: adapters, validationInterval: interval, validationBatches: 20, patience: 3,
      sampleInterval: max(1, steps / 2), sampleLength: 64, seed: seed)
  }
}

extension TrainingPlan {
  /// The same updates in less memory: more is computed again, or the update is cut into smaller batches.
  ///
  /// - Returns: `nil` if that does not suffice.
  fileprivate func accumulating(within bytes: Int, _ configuration: Configuration) -> TrainingPlan? {
    var plan = self
    while true {
      for recomputing in Recomputation.allCases {
        plan.recomputing = recomputing
        if plan.memory(for: configuration).total <= bytes { return plan }
      }
      guard plan.batchSize % 2 == 0 else { return nil }
      plan.batchSize /= 2
      plan.accumulation *= 2
    }
  }
}

/// A text that a model cannot be trained further on.
package enum FineTuningError: Error, Equatable, Sendable, CustomStringConvertible {
  case tooLittleText(training: Int, validation: Int)

  package var description: String {
    switch self {
    case .tooLittleText(let training, let validation):
      "too little text: found \(training) tokens to train on and \(validation) for validation, expected more than "
        + "\(FineTuning.shortestSequence) of each; give more text"
    }
  }
}
