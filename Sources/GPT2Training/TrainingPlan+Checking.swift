import GPT2TrainingCore
import GPT2Transformer

/// A number of a plan that cannot be.
public struct TrainingPlanError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The property's name.
  public let field: String
  /// Its value, in words.
  public let found: String
  /// What it may be, in words.
  public let expected: String

  /// What was found and what was expected.
  public var description: String { "found \(field) = \(found), expected \(expected)" }
}

extension TrainingPlan {
  /// Checks what the trainer takes for granted.
  ///
  /// - Throws: `TrainingPlanError` for the first number that cannot be; `ModelError` if T is more than the model's
  ///   positions.
  func check(for configuration: Configuration) throws {
    try checkCounts()
    try checkRates()
    guard sequenceLength <= configuration.maximumSequenceLength else {
      throw ModelError.sequenceTooLong(
        found: sequenceLength, maximum: configuration.maximumSequenceLength)
    }
    try Self.require(
      trained != .none || adapters != nil, "trained", trained, "some tensors, or adapters beside none")
    if let adapters {
      try Self.require(
        adapters.configuration == configuration, "adapters", "those of another model",
        "some of the model that is trained")
      try Self.require(emaDecay == nil, "emaDecay", emaDecay ?? 0, "nil beside adapters")
    }
  }

  private func checkCounts() throws(TrainingPlanError) {
    let most = Self.possibleSteps.upperBound
    // The command's limits.
    let counts: [(field: String, value: Int, most: Int)] = [
      ("batchSize", batchSize, 1 << 20), ("sequenceLength", sequenceLength, 1 << 24),
      ("accumulation", accumulation, most), ("validationInterval", validationInterval ?? 1, most),
      // All there are, if it is more.
      ("validationBatches", validationBatches, Int.max),
      ("patience", patience ?? 1, most), ("sampleInterval", sampleInterval ?? 1, most),
      ("sampleLength", sampleLength, 1_000_000),
    ]
    for (field, value, most) in counts {
      try Self.require(value >= 1, field, value, "at least 1")
      try Self.require(value <= most, field, value, "at most \(most)")
    }
    try Self.require(1...most ~= steps, "steps", steps, "from 1 to \(most)")
    // As llm.c counts an update's tokens, in an int32.
    let mostTokens = Int(Int32.max)
    try Self.require(
      accumulation == 1 || tokensPerStep <= mostTokens, "accumulation", accumulation,
      "at most \(max(1, mostTokens / (batchSize * sequenceLength))), for an update of \(mostTokens) tokens")
    try Self.require(
      patience == nil || validationInterval != nil, "patience", patience ?? 0, "nil without validation losses"
    )
    try checkWarmUps()
  }

  private func checkWarmUps() throws(TrainingPlanError) {
    let counts: [(field: String, value: Int, most: Int)] = [
      ("learningRate.warmUpSteps", learningRate.warmUpSteps, Self.possibleSteps.upperBound),
      ("sequenceWarmUp.steps", sequenceWarmUp?.steps ?? 0, 100_000_000),
      ("batchWarmUpSteps", batchWarmUpSteps, 100_000_000),
    ]
    for (field, value, most) in counts {
      try Self.require(value >= 0, field, value, "at least 0")
      try Self.require(value <= most, field, value, "at most \(most)")
    }
    if let sequenceWarmUp {
      try Self.require(
        sequenceWarmUp.firstLength >= 1, "sequenceWarmUp.firstLength", sequenceWarmUp.firstLength,
        "at least 1")
      try Self.require(
        sequenceWarmUp.firstLength < sequenceLength, "sequenceWarmUp.firstLength", sequenceWarmUp.firstLength,
        "less than T = \(sequenceLength), which sequences grow to")
    }
    try Self.require(
      batchWarmUpSteps == 0 || accumulation > 1, "batchWarmUpSteps", batchWarmUpSteps,
      "0, or more with updates of several batches")
  }

  private func checkRates() throws(TrainingPlanError) {
    let rates = [
      ("learningRate.peak", learningRate.peak), ("learningRate.finalFraction", learningRate.finalFraction),
      ("optimizer.weightDecay", optimizer.weightDecay),
      ("optimizer.maximumGradientNorm", optimizer.maximumGradientNorm ?? 0),
    ]
    for (field, value) in rates {
      try Self.require(value.isFinite && value >= 0, field, value, "a finite number of at least 0")
    }
    let decays = [
      ("optimizer.beta1", optimizer.beta1), ("optimizer.beta2", optimizer.beta2),
      ("optimizer.momentum", optimizer.momentum), ("emaDecay", emaDecay ?? 0),
    ]
    for (field, value) in decays {
      try Self.require(0..<1 ~= value, field, value, "a number from 0 to less than 1")
    }
    for (field, value) in [
      ("outliers.loss", outliers.loss), ("outliers.gradientNorm", outliers.gradientNorm),
    ] {
      guard let value else { continue }
      try Self.require(value.isFinite && value > 0, field, value, "a finite number above 0, or nil")
    }
    try Self.require(
      optimizer.epsilon.isFinite && optimizer.epsilon > 0, "optimizer.epsilon", optimizer.epsilon,
      "a finite number above 0")
  }

  private static func require(
    _ isSo: Bool, _ field: String, _ found: some CustomStringConvertible, _ expected: String
  ) throws(TrainingPlanError) {
    guard !isSo else { return }
    throw TrainingPlanError(field: field, found: found.description, expected: expected)
  }
}
