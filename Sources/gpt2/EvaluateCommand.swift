import ArgumentParser
import BinaryFiles
import Evaluation
import Generation
import Tokens
import Transformer

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure how well a model predicts texts.",
    discussion: """
      A token file gives the loss, the mean cross-entropy in nats a token, and the perplexity, exp(loss); with \
      --tokenizer also the bits per byte, which do not depend on the tokenizer. End-of-text tokens count in the \
      loss, but have no bytes.

        gpt2 evaluate --model gpt2_124M.bin --data tiny_shakespeare_val.bin \\
          --tokenizer gpt2_tokenizer.bin

      The text is cut into windows of --sequence-length tokens. A window's first tokens have little before \
      them; with --stride S windows overlap, and only those tokens of each count that no window before has \
      counted, the last S. That is nearer to the truth and slower.

      --choices takes multiple-choice files in llm.c's format, which its scripts hellaswag.py and mmlu.py write: \
      HellaSwag and MMLU. Accuracy is how often the right completion is the likeliest as a whole; normalised \
      accuracy, which llm.c reports, how often by the mean loss of its tokens.

        gpt2 evaluate --model gpt2_124M.bin --choices hellaswag_val.bin

      Where an example is too long for the model, the beginning of its context is left out; how often is said.

      Ctrl-C ends it with what there is so far, marked as partial, and exit code 130.
      """)

  @Option(help: "Model checkpoint.", completion: .file(extensions: ["bin"]))
  var model: String

  @Option(help: "Token file; may be given more than once.", completion: .file(extensions: ["bin"]))
  var data: [String] = []

  @Option(
    help: "HellaSwag or MMLU as llm.c prepares them; may be given more than once.",
    completion: .file(extensions: ["bin"]))
  var choices: [String] = []

  @Option(help: "Tokenizer that the model was trained with.", completion: .file(extensions: ["bin"]))
  var tokenizer: String?

  @Option(
    name: [.customShort("t"), .long], help: "T: tokens of a window; the model's positions if not given.")
  var sequenceLength: Int?

  @Option(help: "Tokens from one window's beginning to the next; T if not given.")
  var stride: Int?

  @Option(help: "Score only so many tokens at the beginning of each token file.")
  var maxTokens: Int?

  @Option(help: "Score only so many examples at the beginning of each other file.")
  var maxExamples: Int?

  @Flag(help: "Print one JSON object a file.")
  var json = false

  @OptionGroup var precisionOptions: PrecisionOptions
  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    guard !(data + choices).isEmpty else {
      throw ValidationError("Nothing to evaluate on: give --data or --choices.")
    }
    for (option, value) in [
      ("--sequence-length", sequenceLength), ("--stride", stride), ("--max-tokens", maxTokens),
      ("--max-examples", maxExamples),
    ] {
      try value?.check(option, atLeast: 1)
    }
  }

  func run() throws {
    let workers = threadOptions.workers
    let parameters = try Checkpoint.read(model, placing: .mapped)
    let tokenizer = try tokenizer.map { try Tokenizer(contentsOf: $0) }
    if let tokenizer, let path = self.tokenizer {
      try parameters.configuration.check(tokenizer, readFrom: path)
    }
    let evaluations = try evaluations(for: parameters.configuration, tokenizer)
    parameters.warnIfNotFinite(path: model, on: workers)
    let scorer = try ModelScorer(Model(parameters, precision: precisionOptions.precision, on: workers))
    Interruption.watch()
    for evaluation in evaluations {
      let printer = EvaluationPrinter(asJSON: json)
      try evaluation.run(by: scorer, printer)
      if Interruption.isAsked { throw Exit.interrupted }
    }
  }

  /// All that is to be done, with every file read and checked, so that the last one's damage shows at once.
  private func evaluations(
    for configuration: Configuration, _ tokenizer: Tokenizer?
  ) throws -> [any EvaluationTask] {
    let texts = try data.map { try TextTask($0, self, configuration, tokenizer) }
    let choices = try choices.map { try ChoiceTask($0, configuration, maximum: maxExamples) }
    return texts + choices
  }
}
