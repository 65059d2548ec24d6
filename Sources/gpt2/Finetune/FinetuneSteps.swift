import GPT2Kernels
import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer

/// The commands that `finetune` stands for.
struct FinetuneSteps {
  private let command: FinetuneCommand
  private let files: FinetuneFiles

  init(_ command: FinetuneCommand, _ files: FinetuneFiles) {
    self.command = command
    self.files = files
  }

  func tokenize(with tokenizer: String) -> CommandStep {
    step(
      ["tokenize"] + command.texts + ["--tokenizer", tokenizer, "--output", files.prefix]
        + command.source.arguments + threads + (command.overwrite ? ["--overwrite"] : []))
  }

  /// - Parameter instructions: The file of them, if it is they that are learnt.
  func train(_ plan: TrainingPlan, on instructions: String?) -> [String] {
    var arguments = ["train", "--model", command.model]
    arguments +=
      instructions.map { ["--instructions", $0, "--hold-out", "0.1"] }
      ?? ["--data", files.training, "--validation", files.validation]
    arguments += ["--output", command.output]
    if let tokenizer = command.tokenizer { arguments += ["--tokenizer", tokenizer] }
    arguments += plan.arguments
    arguments += ["--precision", command.precisionOptions.precision.rawValue]
    if command.resume { arguments.append("--resume") }
    if command.overwrite { arguments.append("--overwrite") }
    return arguments + threads + asJSON
  }

  /// - Parameter recorded: What goes on with a training that was begun.
  func train(goingOnWith recorded: [String]) -> [String] {
    recorded + (recorded.contains("--threads") ? [] : threads) + (recorded.contains("--json") ? [] : asJSON)
  }

  /// Measures the best model, lets it speak, and makes a page of the run.
  var afterTraining: [CommandStep] {
    [
      step(["evaluate", "--model", command.output, "--data", files.validation] + threads + asJSON),
      step(
        [
          "generate", "--model", command.output, "--max-tokens", "100", "--temperature", "0.8", "--top-k",
          "50", "--seed", "1337",
        ]
          + threads + asJSON),
      report,
    ]
  }

  var report: CommandStep { step(["report", command.output]) }

  private func step(_ arguments: [String]) -> CommandStep { CommandStep(arguments: arguments) }

  private var threads: [String] {
    command.threadOptions.threads.map { ["--threads", "\($0)"] } ?? []
  }

  private var asJSON: [String] { command.json ? ["--json"] : [] }
}

extension TrainingPlan {
  /// As options of `train`.
  fileprivate var arguments: [String] {
    var options: [(String, String)] = [
      ("--batch-size", "\(batchSize)"), ("--sequence-length", "\(sequenceLength)"),
      ("--total-batch-size", "\(tokensPerStep)"), ("--steps", "\(steps)"),
      ("--learning-rate", "\(learningRate.peak)"), ("--warm-up-steps", "\(learningRate.warmUpSteps)"),
      ("--final-learning-rate", "\(learningRate.finalFraction)"),
      ("--weight-decay", "\(optimizer.weightDecay)"), ("--seed", "\(seed)"),
    ]
    if recomputing != .nothing { options.append(("--recompute", "\(recomputing.rawValue)")) }
    if let adapters {
      options += [("--lora-rank", "\(adapters.rank)"), ("--lora-alpha", "\(adapters.alpha)")]
    }
    if let validationInterval, let sampleInterval {
      options += [
        ("--validation-interval", "\(validationInterval)"), ("--validation-batches", "\(validationBatches)"),
        ("--sample-interval", "\(sampleInterval)"), ("--sample-length", "\(sampleLength)"),
        // Whatever ends the run, no more is lost than lies between two looks at it.
        ("--checkpoint-interval", "\(validationInterval)"), ("--keep-checkpoints", "1"),
      ]
    }
    if let patience { options.append(("--patience", "\(patience)")) }
    return options.flatMap { [$0.0, $0.1] } + ["--keep-best"]
  }
}

extension TextSourceOptions {
  /// As they were given.
  fileprivate var arguments: [String] {
    var arguments: [String] = []
    if let documents { arguments += ["--documents", documents.rawValue] }
    if let field = text.field { arguments += ["--field", field] }
    for ending in extensions { arguments += ["--extension", ending] }
    return arguments + (text.raw ? ["--raw"] : [])
  }
}
