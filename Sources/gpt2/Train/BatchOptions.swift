import ArgumentParser
import GPT2Terminal
import GPT2TrainingCore

/// What an update learns from.
struct BatchOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "B: sequences in a batch.")
  var batchSize = 4

  @Option(
    name: [.customShort("t"), .long],
    help: "T: tokens in a sequence; 64 if not given, of instructions as many as the longest example has.")
  var sequenceLength: Int?

  @Option(
    name: [.customShort("d"), .long], parsing: .unconditional,
    help: "Tokens that an update learns from, a multiple of B x T: gradients of several batches are added up."
  )
  var totalBatchSize: Int?

  @Option(
    help: """
      Steps in which an update's batches grow linearly from one of each replica to all of --total-batch-size (GPT-3's \
      batch-size warm-up).
      """)
  var batchWarmUpSteps = 0

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: """
      Cut rows into a sequence for each document, which end-of-text begins, so that none sees another, in training and in \
      validation. What a row's end cuts off is a sequence of its own. Updates have the same tokens in the same order.
      """)
  var alignDocuments = false

  @Option(
    help: """
      Steps before sequences have all T tokens: until then rows are cut into shorter ones, of --first-sequence-length \
      tokens at first, then twice as many, and so on. Updates have the same tokens in the same order.
      """)
  var sequenceWarmUpSteps = 0

  @Option(help: "Tokens in a sequence at first, with --sequence-warm-up-steps; 32 if not given.")
  var firstSequenceLength: Int?

  @Option(
    name: [.customShort("x"), .long], parsing: .unconditional,
    help: "Updates to make; once through the data if not given, or -1.")
  var steps: Int?

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Take the batches in random order, as llm.c's train_gpt2.cu does.")
  var shuffle = true

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Make every update with the same batch, the first of the validation data if there is any.")
  var overfitBatch = false

  func validate() throws {
    try batchSize.check("--batch-size", from: 1, to: 1 << 20)
    try sequenceLength?.check("--sequence-length", from: 1, to: 1 << 24)
    if let steps, steps != -1 {
      try steps.check("--steps", from: 1, to: TrainingPlan.possibleSteps.upperBound)
    }
    if let totalBatchSize, totalBatchSize != -1 {
      try totalBatchSize.check("--total-batch-size", from: 1, to: Self.largestTotalBatchSize)
    }
    try batchWarmUpSteps.check("--batch-warm-up-steps", from: 0, to: 100_000_000)
    try sequenceWarmUpSteps.check("--sequence-warm-up-steps", from: 0, to: 100_000_000)
    try firstSequenceLength?.check("--first-sequence-length", from: 1, to: 1 << 24)
  }

  func checkTogether() throws {
    guard sequenceWarmUpSteps > 0 || firstSequenceLength == nil else {
      throw ValidationError("--first-sequence-length needs --sequence-warm-up-steps.")
    }
  }

  /// How sequences grow, if they do.
  ///
  /// - Throws: `ValidationError` if they would begin as long as they end, or longer.
  func sequenceWarmUp(to sequenceLength: Int) throws -> SequenceWarmUp? {
    guard sequenceWarmUpSteps > 0 else { return nil }
    let first = firstSequenceLength ?? Self.usualFirstLength
    guard first < sequenceLength else {
      throw ValidationError(
        "--first-sequence-length is \(first), expected less than T = \(sequenceLength), which sequences grow to."
      )
    }
    return SequenceWarmUp(steps: sequenceWarmUpSteps, firstLength: first)
  }

  private static let usualFirstLength = 32

  /// - Throws: `ValidationError` if there is nothing that could grow.
  func batchWarmUpSteps(to accumulation: Int, replicas: Int) throws -> Int {
    guard batchWarmUpSteps == 0 || accumulation > replicas else {
      throw ValidationError(
        "--batch-warm-up-steps needs updates of several batches, which --total-batch-size asks for: found one"
          + (replicas > 1 ? " of each of \(replicas) replicas." : "."))
    }
    return batchWarmUpSteps
  }

  /// As llm.c counts its tokens, in an int32.
  private static let largestTotalBatchSize = Int(Int32.max)

  /// T where it is not given.
  static let usualSequenceLength = 64

  /// Batches whose gradients make up an update: as many for each replica.
  ///
  /// - Throws: `ValidationError` if it is no whole number of them, or replicas cannot share them.
  func accumulation(sequenceLength: Int, replicas: Int) throws -> Int {
    guard let total = totalBatchSize, total != -1 else { return replicas }
    let (batch, overflow) = batchSize.multipliedReportingOverflow(by: sequenceLength)
    guard !overflow, total > 0, total % batch == 0 else {
      throw ValidationError(
        "--total-batch-size is \(total), expected a multiple of B x T = \(batchSize) x \(sequenceLength).")
    }
    let batches = total / batch
    guard batches % replicas == 0 else {
      throw ValidationError(
        "--total-batch-size is \(total), expected a multiple of \(replicas) replicas x B x T = "
          + "\(replicas) x \(batchSize) x \(sequenceLength).")
    }
    return batches
  }
}
