import ArgumentParser
import GPT2BinaryFiles
import GPT2ModelFiles
import GPT2Platform
import GPT2Reports
import GPT2Terminal
import GPT2Tokens
import GPT2TrainingCore
import GPT2Transformer

struct FinetuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Train a model further on your own texts, from files to a model that speaks.",
    discussion: """
        gpt2 finetune notes --extension md --model gpt2_124M.bin \\
          --tokenizer gpt2_tokenizer.bin --output runs/notes
        gpt2 generate --model runs/notes --prompt 'Today'

      Turns the texts into tokens, some of them for validation; trains on them, whole or, where memory is short, by \
      low-rank adapters; keeps the best of ten models; measures it, lets it speak, and makes a report. Each step is \
      a command of this program, printed before it is run, to be run by itself with other options.

      A file of JSON lines with prompt and completion, with instruction and output, or with messages is learnt as such: \
      the answers alone, of which a tenth is for validation. The model then answers prompts.

        gpt2 finetune answers.jsonl --model gpt2_124M.bin \\
          --tokenizer gpt2_tokenizer.bin --output runs/answers

      Ctrl-C saves and ends it; whatever ended it, the same command with --resume goes on.
      """)

  @Argument(help: "Text files and folders, as tokenize takes them.", completion: .file())
  var texts: [String]

  @Option(name: .shortAndLong, help: "Model to start from, of any kind that generate takes.")
  var model: String

  @Option(
    help: """
      The model's tokenizer; if not given, that of its file, folder or run, or gpt2_tokenizer.bin in the working \
      directory.
      """,
    completion: .file(extensions: ["bin", "gguf", "json"]))
  var tokenizer: String?

  @Option(
    name: .shortAndLong, help: "Directory for the result; made if it is not there.", completion: .directory)
  var output: String

  @OptionGroup(title: "Texts") var source: TextSourceOptions

  @Option(help: "How often to go through the texts at most; validation may end it before. (default: 3)")
  var epochs: Int?

  @Option(help: "Updates to make, instead of epochs.")
  var steps: Int?

  @Option(
    name: .shortAndLong,
    help: "The largest learning rate; if not given 5e-5, or 3e-4 for adapters, times 768 / channels.")
  var learningRate: Float?

  @Option(help: "Train low-rank adapters of this rank, whatever memory there is; 8 where it is short.")
  var loraRank: Int?

  @Option(name: .shortAndLong, help: "Seed of the samples and of adapters.")
  var seed: UInt32 = Parameters.initialisationSeed

  @OptionGroup var precisionOptions: PrecisionOptions
  @OptionGroup var threadOptions: ThreadOptions
  @OptionGroup var detail: DetailOptions

  @Flag(help: "Go on where the same command was ended, with the settings that it had then.")
  var resume = false

  @Flag(help: "Replace a run that is already in the output directory.")
  var overwrite = false

  @Flag(help: "Print every step's results as lines of JSON on standard output.")
  var json = false

  func validate() throws {
    try source.check(texts)
    if source.tokens != nil {
      throw ValidationError("--from-tokens is for tokenize: finetune takes texts.")
    }
    if epochs != nil && steps != nil { throw ValidationError("--epochs and --steps exclude each other.") }
    try epochs?.check("--epochs", from: 1, to: 1_000_000)
    try steps?.check("--steps", from: 1, to: TrainingPlan.possibleSteps.upperBound)
    try loraRank?.check("--lora-rank", from: 1, to: 1 << 24)
    try learningRate?.check("--learning-rate", atLeast: 0)
    if resume && overwrite { throw ValidationError("--resume and --overwrite exclude each other.") }
  }

  func run() throws {
    let files = FinetuneFiles(output)
    try files.check(use: resume ? .resuming : overwrite ? .replacing : .new)
    let configuration = try trainableConfiguration()
    let steps = FinetuneSteps(self, files)
    let isInstructions = try areInstructions()
    let after = isInstructions ? [steps.report] : steps.afterTraining
    // Instructions need no token files.
    let count = after.count + (isInstructions ? 1 : 2)
    let arguments: [String]
    if resume, let recorded = try files.recordedTraining() {
      arguments = steps.train(goingOnWith: recorded)
    } else if isInstructions {
      arguments = steps.train(try instructionPlan(for: configuration), on: texts[0])
    } else {
      try tokenize(files, steps, configuration)
      arguments = steps.train(try plan(files, for: configuration), on: nil)
    }
    try train(arguments, "\(count - after.count) of \(count)")
    for (index, step) in after.enumerated() {
      try step.run("\(count - after.count + index + 1) of \(count)")
    }
    Diagnostics.write(
      "\(output) is a model now: gpt2 generate --model \(ShellQuoting.quoted(output)) --prompt …")
  }

  /// Whether the text is questions and answers, of which the answers are learnt.
  private func areInstructions() throws -> Bool {
    let instructions = source.documents == nil ? texts.filter(InstructionFile.isOne) : []
    guard !instructions.isEmpty else { return false }
    guard texts.count == 1 else {
      throw ValidationError(
        "\(instructions[0]) holds instructions, which are learnt from one file alone; join them to one.")
    }
    return true
  }

  private func instructionPlan(for configuration: Configuration) throws -> TrainingPlan {
    let file = try InstructionFile(contentsOf: texts[0])
    let tokenizer = try Tokenizer.read(try TrainingTokenizer.path(named: tokenizer, model, configuration))
    let encoder = try InstructionEncoder(try InstructionData.template(of: model, for: file), tokenizer)
    let examples = file.records.map { encoder.example(of: $0.messages) }
    let length = examples.sequenceLength(ofAtMost: configuration.maximumSequenceLength)
    let loader = try InstructionLoader(
      examples.fitting(length), from: texts[0], batchSize: 1, sequenceLength: length,
      shufflingBy: nil, padding: Int32(tokenizer.endOfText))
    return try tuning.plan(for: configuration, sequenceLength: length, rows: loader.batchesPerEpoch)
  }

  private func tokenize(_ files: FinetuneFiles, _ steps: FinetuneSteps, _ configuration: Configuration) throws
  {
    if resume && files.hasTokens { return }
    try steps.tokenize(with: try TrainingTokenizer.path(named: tokenizer, model, configuration)).run("1 of 5")
  }

  /// Before any work, so that nobody waits for a refusal.
  private func trainableConfiguration() throws -> Configuration {
    guard ModelSize(descriptor: model) == nil else {
      throw ValidationError(
        "\(model) is a size for a new model, but finetune goes on with one: use train, or name a model.")
    }
    return try TrainingStart.configuration(of: try TrainingStart.file(of: model))
  }

  private func plan(_ files: FinetuneFiles, for configuration: Configuration) throws -> TrainingPlan {
    try tuning.plan(
      for: configuration, trainingTokens: try TokenFile(contentsOf: files.training).count,
      validationTokens: try TokenFile(contentsOf: files.validation).count)
  }

  private var tuning: FineTuning {
    var tuning = FineTuning()
    if let epochs { tuning.epochs = epochs }
    tuning.steps = steps
    tuning.learningRate = learningRate
    tuning.adapterRank = loraRank
    tuning.seed = UInt64(seed)
    return tuning
  }

  private func train(_ arguments: [String], _ place: String) throws {
    let step = CommandStep(arguments: arguments)
    step.announce(place)
    guard let command = try GPT2Command.parseAsRoot(arguments) as? TrainCommand else {
      preconditionFailure("train is what was parsed")
    }
    // The record has the command that was run; whoever ends it goes on with this one, and so with what comes after.
    try command.run(recordedAs: [System.arguments[0]] + arguments, resumedBy: System.arguments)
    if Interruption.isAsked { throw Exit.interrupted }
  }
}
