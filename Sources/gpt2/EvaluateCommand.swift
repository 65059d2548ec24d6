import ArgumentParser
import GPT2BinaryFiles
import GPT2Communication
import GPT2Evaluation
import GPT2Generation
import GPT2Kernels
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer

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

      --lambada takes a file of lines like {"text": "…"}, the form in which OpenAI and EleutherAI publish LAMBADA. \
      Accuracy is how often greedy decoding gives the text's last word, token for token; perplexity is exp of \
      the mean of -log p of the word, as lm-evaluation-harness has it. As there, the word begins at the text's last \
      space, and all white space before it is scored with it; a text of one word, or one that ends in white space, \
      is refused.

        gpt2 evaluate --model gpt2_124M.bin --lambada lambada_test_en.jsonl \\
          --tokenizer gpt2_tokenizer.bin

      --instructions takes JSON lines as train does, and scores the answers alone: the loss and perplexity of their \
      tokens, their end-of-text tokens included. A run's own template is applied, or else --template, or the usual one.

        gpt2 evaluate --model runs/answers --instructions answers_val.jsonl

      Where another example is too long for the model, the beginning of its context is left out; how often is said.

      Ctrl-C ends it with what there is so far, marked as partial, and exit code 130.

      A program that `make mpi` built shares windows and examples over as many processes as mpirun starts, a power of \
      two; the result has the same bits for any number of them:

        mpirun -n 8 gpt2 evaluate --model runs/book --choices hellaswag_val.bin
      """)

  @OptionGroup var inference: InferenceOptions

  @Option(help: "Token file; may be given more than once.", completion: .file(extensions: ["bin"]))
  var data: [String] = []

  @Option(
    help: "HellaSwag or MMLU as llm.c prepares them; may be given more than once.",
    completion: .file(extensions: ["bin"]))
  var choices: [String] = []

  @Option(
    help: "Texts whose last word is to be predicted; may be given more than once.",
    completion: .file(extensions: ["jsonl"]))
  var lambada: [String] = []

  @Option(
    help: "Questions whose answers are to be predicted; may be given more than once.",
    completion: .file(extensions: ["jsonl"]))
  var instructions: [String] = []

  @Option(
    help:
      "What instructions are put into: alpaca, plain, or a JSON file; if not given, that of the model's run.",
    completion: .file(extensions: ["json"]))
  var template: String?

  @Option(
    name: [.customShort("t"), .long], help: "T: tokens of a window; the model's positions if not given.")
  var sequenceLength: Int?

  @Option(help: "Tokens from one window's beginning to the next; T if not given.")
  var stride: Int?

  @Option(help: "Score only so many tokens at the beginning of each token file.")
  var maxTokens: Int?

  @Option(help: "Score only so many examples at the beginning of each other file.")
  var maxExamples: Int?

  @Option(
    help:
      "Of several processes, the seconds without an answer after which one counts as gone, and the job ends.")
  var processTimeout = 120

  @Flag(help: "Print one JSON object a file.")
  var json = false

  @OptionGroup var detail: DetailOptions

  func validate() throws {
    guard !(data + choices + lambada + instructions).isEmpty else {
      throw ValidationError("Nothing to evaluate on: give --data, --choices, --lambada or --instructions.")
    }
    try processTimeout.check("--process-timeout", from: 1, to: 86_400)
    if instructions.isEmpty, template != nil {
      throw ValidationError("--template is for --instructions, which was not given.")
    }
    let ofTexts = [("--sequence-length", sequenceLength), ("--stride", stride), ("--max-tokens", maxTokens)]
    let ofExamples = [("--max-examples", maxExamples)]
    for (option, value) in ofTexts + ofExamples { try value?.check(option, atLeast: 1) }
    if data.isEmpty, let (option, _) = ofTexts.first(where: { $0.1 != nil }) {
      throw ValidationError("\(option) is for --data, which was not given.")
    }
    if (choices + lambada + instructions).isEmpty, maxExamples != nil {
      throw ValidationError(
        "--max-examples is for --choices, --lambada and --instructions, which were not given.")
    }
  }

  func run() throws { try JobProcesses.sharing(patience: processTimeout, evaluate) }

  private func evaluate(_ processes: JobProcesses) throws {
    let (model, tasks) = try processes.agreeing { try load() }
    let scorer = LanguageModelScorer(model)
    let digests = JobProcesses.digests(inference.threadOptions.workers.kernels)
    try processes.checkEqual(try digests + [("weights", Self.digest(of: scorer))] + tasks.map(\.digest))
    Interruption.watch()
    let communicator = processes.communicator
    for task in tasks {
      try task.run(by: scorer, sharedBy: communicator, EvaluationPrinter(asJSON: json))
      if try communicator.any(Interruption.isAsked) { throw Exit.interrupted }
    }
  }

  private func load() throws -> (LanguageModel, [any EvaluationTask]) {
    let (model, tokenizer) = try inference.load(needingTokenizer: !(lambada + instructions).isEmpty)
    return (model, try tasks(for: model.configuration, tokenizer))
  }

  /// The loss of two tokens, which other weights would hardly share to the bit.
  private static func digest(of scorer: some SequenceScorer) throws -> UInt64 {
    UInt64(try scorer.losses(of: [0, 0]).reduce(0, +).bitPattern)
  }

  /// All that is to be done, with every file read and checked, so that the last one's damage shows at once.
  private func tasks(
    for configuration: Configuration, _ tokenizer: Tokenizer?
  ) throws -> [any EvaluationTask] {
    var tasks: [any EvaluationTask] = []
    for path in data { tasks.append(try TextTask(path, self, configuration, tokenizer)) }
    for path in choices { tasks.append(try ChoiceTask(path, configuration, maximum: maxExamples)) }
    if let tokenizer {
      for path in lambada {
        tasks.append(try LastWordTask(path, configuration, tokenizer, maximum: maxExamples))
      }
      let template = instructions.isEmpty ? nil : try inference.template(named: template)
      for path in instructions {
        tasks.append(
          try InstructionTask(path, configuration, tokenizer, template: template, maximum: maxExamples))
      }
    }
    return tasks
  }
}
