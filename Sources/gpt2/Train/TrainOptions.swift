import ArgumentParser
import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer
import GPT2WeightFormats

// Each option has a name that can be read and, where llm.c's train_gpt2.cu has a flag for it, that one, too.

extension NameSpecification.Element {
  /// A flag of llm.c's with two letters after one dash.
  static func llmc(_ name: String) -> Self { .customLong(name, withSingleDash: true) }
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
    try validationInterval.check("--validation-interval", from: 0, to: TrainingPlan.possibleSteps.upperBound)
    if validationBatches != -1 {
      try validationBatches.check("--validation-batches", from: 1, to: TrainingPlan.possibleSteps.upperBound)
    }
    try patience?.check("--patience", from: 1, to: TrainingPlan.possibleSteps.upperBound)
    try sampleInterval.check("--sample-interval", from: 0, to: TrainingPlan.possibleSteps.upperBound)
    try sampleLength.check("--sample-length", from: 1, to: 1_000_000)
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
    help: """
      Without --checkpoint-interval, minutes after which a run saves a checkpoint nevertheless, which goes once there is the \
      next; 0 for never.
      """)
  var checkpointMinutes = 30

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
    try checkpointInterval.check("--checkpoint-interval", from: 0, to: TrainingPlan.possibleSteps.upperBound)
    try checkpointMinutes.check("--checkpoint-minutes", from: 0, to: 1_000_000)
    try keepCheckpoints.check("--keep-checkpoints", from: 0, to: TrainingPlan.possibleSteps.upperBound)
    try majorInterval.check("--major-interval", from: 0, to: TrainingPlan.possibleSteps.upperBound)
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
