import ArgumentParser
import Terminal
import Training
import Transformer
import WeightFormats

// Each option has a name that can be read and, where llm.c's train_gpt2.cu has a flag for it, that one, too.

extension NameSpecification.Element {
  /// A flag of llm.c's with two letters after one dash.
  static func llmc(_ name: String) -> Self { .customLong(name, withSingleDash: true) }
}

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
    try batchSize.check("--batch-size", atLeast: 1)
    try sequenceLength?.check("--sequence-length", atLeast: 1)
    if let steps, steps != -1 { try steps.check("--steps", atLeast: 1) }
  }

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

struct OptimizerOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The largest learning rate.")
  var learningRate: Float = 3e-4

  @Option(
    name: [.customShort("k"), .long],
    help: "How the learning rate goes on after the warm-up: \(LearningRateSchedule.Shape.names).")
  var schedule: LearningRateSchedule.Shape = .cosine

  @Option(name: [.customShort("u"), .long], help: "Steps in which the learning rate rises from zero.")
  var warmUpSteps = 0

  @Option(
    name: [.customShort("q"), .long], help: "What the schedule ends at, as a fraction of the learning rate.")
  var finalLearningRate: Float = 0

  @Option(name: [.customShort("c"), .long], help: "Weight decay, on the two-dimensional tensors.")
  var weightDecay: Float = 0

  @Option(
    help: """
      adamw, or muon or normuon for the linear layers' weights and AdamW for the rest. These learn more from a step, and \
      take longer for it.
      """)
  var optimizer: Optimizer.Method = .adamW

  @Option(help: "Muon's and NorMuon's momentum; 0.95 if not given.")
  var momentum: Float?

  @Option(help: "AdamW's decay of the first moment.")
  var beta1: Float = 0.9

  @Option(help: "AdamW's decay of the second moment.")
  var beta2: Float = 0.95

  @Option(help: "The largest norm of the gradients; larger ones are scaled down to it. 0 for no limit.")
  var clip: Float = 1

  @Option(
    help: """
      Keep an exponential moving average of the weights with this decay, such as 0.999, which often predicts better. It is \
      validated beside them, and saved beside checkpoints as ema_STEP.bin, a model like theirs. The decay of step t is at \
      most (1 + t) / (10 + t). Off if not given.
      """)
  var emaDecay: Float?

  @Option(
    name: [.long, .llmc("sl")],
    help: "Leave out updates whose loss is so many standard deviations above the last 128. 0 for none.")
  var skipLossOutliers: Float = 0

  @Option(name: [.long, .llmc("sg")], help: "The same for the gradients' norm.")
  var skipGradientOutliers: Float = 0

  func validate() throws {
    try learningRate.check("--learning-rate", atLeast: 0)
    try warmUpSteps.check("--warm-up-steps", atLeast: 0)
    try finalLearningRate.check("--final-learning-rate", atLeast: 0)
    try weightDecay.check("--weight-decay", atLeast: 0)
    try clip.check("--clip", atLeast: 0)
    try skipLossOutliers.check("--skip-loss-outliers", atLeast: 0)
    try skipGradientOutliers.check("--skip-gradient-outliers", atLeast: 0)
    for (option, value) in [
      ("--beta1", beta1), ("--beta2", beta2), ("--momentum", momentum ?? 0), ("--ema-decay", emaDecay ?? 0),
    ]
    where !(0..<1).contains(value) {
      throw ValidationError("\(option) is \(value), expected a number from 0 to less than 1.")
    }
  }

  func checkTogether() throws {
    guard momentum == nil || optimizer != .adamW else {
      throw ValidationError("--momentum needs --optimizer muon or normuon.")
    }
  }

  var settings: Optimizer.Settings {
    Optimizer.Settings(
      method: optimizer, beta1: beta1, beta2: beta2, momentum: momentum ?? 0.95, weightDecay: weightDecay,
      maximumGradientNorm: clip == 0 ? nil : clip)
  }

  var outliers: OutlierLimits {
    OutlierLimits(
      loss: skipLossOutliers == 0 ? nil : Double(skipLossOutliers),
      gradientNorm: skipGradientOutliers == 0 ? nil : Double(skipGradientOutliers))
  }

  func schedule(steps: Int) -> LearningRateSchedule {
    LearningRateSchedule(
      shape: schedule, peak: learningRate, warmUpSteps: warmUpSteps, steps: steps,
      finalFraction: finalLearningRate)
  }
}

extension Optimizer.Method: ExpressibleByArgument {}

extension Recomputation: ExpressibleByArgument {}

extension LearningRateSchedule.Shape: ExpressibleByArgument {
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

struct WatchingOptions: ParsableArguments {
  @Option(name: [.customShort("v"), .long], help: "Steps between validation losses; 0 for none.")
  var validationInterval = 100

  @Option(
    name: [.customShort("m"), .long], parsing: .unconditional,
    help: "Batches that a validation loss is taken over at most; -1 for all.")
  var validationBatches = 20

  @Option(help: "End the run after so many validation losses in a row that are no better than the best.")
  var patience: Int?

  @Option(name: [.customShort("s"), .long], help: "Steps between samples; 0 for none.")
  var sampleInterval = 100

  @Option(name: [.customShort("g"), .long], help: "Tokens of a sample.")
  var sampleLength = 64

  @Option(
    help:
      "Multiple-choice file to take the accuracy on with every validation loss: HellaSwag, as llm.c has it.",
    completion: .file(extensions: ["bin"]))
  var hellaswag: String?

  @Flag(help: "Print every event as a line of JSON on standard output.")
  var json = false

  func validate() throws {
    try validationInterval.check("--validation-interval", atLeast: 0)
    if validationBatches != -1 { try validationBatches.check("--validation-batches", atLeast: 1) }
    try patience?.check("--patience", atLeast: 1)
    try sampleInterval.check("--sample-interval", atLeast: 0)
    try sampleLength.check("--sample-length", atLeast: 1)
  }

  func checkTogether() throws {
    if patience != nil, validationInterval == 0 {
      throw ValidationError("--patience needs validation losses, but --validation-interval is 0.")
    }
  }
}

struct CheckpointOptions: ParsableArguments {
  @Option(
    name: [.customShort("n"), .long], help: "Steps between checkpoints; 0 for one at the end only.")
  var checkpointInterval = 0

  @Option(
    name: [.long, .llmc("nk")], help: "Checkpoints to keep, beside older ones that are major; 0 for all.")
  var keepCheckpoints = 0

  @Option(
    name: [.long, .llmc("nm")], help: "Steps between major checkpoints, which are always kept; 0 for none.")
  var majorInterval = 0

  @Flag(
    inversion: .prefixedNo, exclusivity: .chooseLast,
    help: "Keep the weights of the lowest validation loss as best_STEP.bin.")
  var keepBest = false

  @Flag(
    help: """
      Go on from the last checkpoint in the directory, if there is one, with the options that the run was begun with; \
      others that are given are changes.
      """)
  var resume = false

  @Flag(help: "Replace a run that is already in the output directory.")
  var overwrite = false

  func validate() throws {
    try checkpointInterval.check("--checkpoint-interval", atLeast: 0)
    try keepCheckpoints.check("--keep-checkpoints", atLeast: 0)
    try majorInterval.check("--major-interval", atLeast: 0)
    if resume && overwrite { throw ValidationError("--resume and --overwrite exclude each other.") }
  }
}

/// What of the model is trained.
struct TrainedOptions: ParsableArguments {
  @Option(
    help: """
      Train low-rank adapters of this rank instead of the model (LoRA): little memory, small files, and the model \
      stays as it is. gpt2 convert --adapters merges them.
      """)
  var loraRank: Int?

  @Option(help: "What the adapters' product is multiplied by, times the rank; 16 if not given.")
  var loraAlpha: Float?

  @Option(
    help:
      "Weights that get adapters: some of qkvw,attprojw,fcw,fcprojw, or linear for all four; so if not given."
  )
  var loraTargets: String?

  @Option(
    help: """
      Round the model's weights to another format when they are opened, as generate does, and train the adapters over \
      these: less memory. By default weights that are stored so stay so.
      """)
  var quantize: WeightFormat?

  @Option(help: "Tensors to train, all others staying as they are: names or groups, such as biases,norms.")
  var trainOnly: String?

  @Option(help: "Tensors that stay as they are: names or groups, such as embeddings,qkvw.")
  var freeze: String?

  func checkTogether() throws {
    let given = [
      ("--lora-rank", loraRank != nil), ("--train-only", trainOnly != nil), ("--freeze", freeze != nil),
    ]
    .filter(\.1).map(\.0)
    guard given.count < 2 else {
      throw ValidationError("\(given.joined(separator: " and ")) exclude each other.")
    }
    guard loraRank != nil || quantize == nil else {
      throw ValidationError("--quantize needs --lora-rank: rounded weights cannot be trained themselves.")
    }
    guard loraRank != nil || (loraAlpha == nil && loraTargets == nil) else {
      throw ValidationError("--lora-alpha and --lora-targets need --lora-rank.")
    }
    let tensors = try trained
    guard loraRank != nil || tensors != .none else { throw ValidationError("Nothing is left to train.") }
  }

  var alpha: Float { loraAlpha ?? 16 }
  var targets: String { loraTargets ?? "linear" }

  /// The tensors that are trained; none beside adapters.
  var trained: TensorSet {
    get throws {
      if loraRank != nil { return .none }
      do throws(TensorNameError) {
        if let trainOnly { return try TensorSet(names: trainOnly) }
        if let freeze { return TensorSet.all.subtracting(try TensorSet(names: freeze)) }
      } catch {
        throw ValidationError("\(trainOnly == nil ? "--freeze" : "--train-only"): \(error).")
      }
      return .all
    }
  }

  func adapters(for configuration: Configuration) throws -> AdapterLayout? {
    guard let loraRank else { return nil }
    do {
      return try AdapterLayout(
        configuration, rank: loraRank, alpha: alpha, targets: try TensorSet(names: targets))
    } catch {
      throw ValidationError("--lora-rank, --lora-alpha and --lora-targets: \(error).")
    }
  }
}
