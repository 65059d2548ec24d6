import ArgumentParser
import GPT2BinaryFiles
import GPT2Generation
import GPT2Kernels
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Let a model continue a text.",
    discussion: """
        gpt2 generate --model gpt2_124M.bin --tokenizer gpt2_tokenizer.bin \\
          --prompt 'Once upon a time' --temperature 0.8 --top-p 0.95
        gpt2 generate -m gpt2 -p 'Once upon a time' -n 50 -s 1 --temp 0.8

      The model is a checkpoint of llm.c's, or a GGUF file or a Hugging Face folder, which hold their tokenizer. \
      --quantize rounds its weights while loading; `gpt2 convert` does so once for all.

      A model whose vocabulary is no text, or has not all bytes, takes ids: --prompt-tokens 3,14,15.

      The text goes to standard output as it comes; what it took goes to standard error. Beyond the model's \
      positions it goes on from the last half of them. Ctrl-C ends the text.

      With --interactive every line that is typed is added to the text, and the model continues it; an empty \
      line lets it go on. Ctrl-D ends the conversation.

      A run that learnt from instructions answers: its template is put around the prompt, and around every line that is \
      typed, and only the answer is printed. --no-template continues the prompt as it is.
      """)

  @OptionGroup var inference: InferenceOptions

  @OptionGroup(title: "Prompt") var prompt: PromptOptions

  @OptionGroup(title: "Prompt") var specialTokens: SpecialTokenOptions

  @OptionGroup(title: "Prompt") var templates: TemplateOptions

  @Flag(help: "Take line after line from standard input and continue each.")
  var interactive = false

  @Option(
    help: """
      Draft some tokens by q4_0 or q8_0, the same weights rounded, or by ngram, what followed the same words before, \
      and check them at once: the same text, in less time where the weights are large. Not while more than four texts run.
      """)
  var draft: DraftKind?

  @OptionGroup(title: "Sampling") var sampling: SamplingFlags

  @OptionGroup(title: "Switched off") var switchedOff: AblationOptions

  @Option(name: .customLong("texts"), help: "Texts to generate, side by side; each has the next seed.")
  var count = 1

  @Flag(help: "Print one JSON object a text, with token ids and log-probabilities, then the times.")
  var json = false

  @Flag(
    help: """
      Give a terminal the text as it is. By default control characters, which it would obey, are spelt out there; files \
      and pipes always get the text as it is.
      """)
  var rawOutput = false

  @OptionGroup var detail: DetailOptions

  @Option(help: "With --json, list so many of the likeliest tokens beside each.")
  var alternatives: Int?

  func validate() throws {
    try count.check("--texts", from: 1, to: 65_536)
    try alternatives?.check("--alternatives", from: 0, to: 1000)
    if alternatives != nil && !json { throw ValidationError("--alternatives are only listed with --json.") }
    if interactive && (json || count > 1) {
      throw ValidationError("--interactive shows one text as it comes, without --json and --texts.")
    }
    if prompt.promptTokens != nil && (templates.template != nil || templates.system != nil) {
      throw ValidationError("--prompt-tokens are taken as they are, without --template and --system.")
    }
    if interactive && prompt.promptFile == "-" {
      throw ValidationError(
        "--interactive reads standard input itself; give the prompt by --prompt or a file.")
    }
  }

  func run() throws {
    var times = GenerationTimes()
    try prompt.checkFile()
    let (language, named) = try inference.load(needingTokenizer: prompt.promptTokens == nil)
    var bytes = try prompt.read(forPositions: language.configuration.maximumSequenceLength)
    let vocabularySize = language.configuration.vocabularySize
    let tokenizer = named ?? .numbers(below: vocabularySize)
    let draft = try draft.map { try Draft($0, for: language) }
    let parses = specialTokens.parses(with: tokenizer)
    var tokens =
      try bytes.map { try tokenizer.encode($0, parsingSpecialTokens: parses).map(Int32.init) } ?? []
    let templated =
      prompt.promptTokens == nil ? try TemplatedPrompt(templates, inference, tokenizer) : nil
    if let templated, let bytes { tokens = templated.first(bytes) }
    if let given = prompt.promptTokens {
      tokens = try given.checked(below: vocabularySize)
      bytes = tokenizer.decode(given.ids)
    }
    tokens = prompt.cropped(tokens, to: language.configuration.maximumSequenceLength)
    try MappedFile.checkAll()
    times.loaded()
    Diagnostics.write("loaded \(inference.model) (\(language.configuration.summary))")
    let seed = sampling.chosenSeed()
    Diagnostics.decision(
      "\(tokens.count) tokens of a prompt, \(self.options(alternatives: nil, seed: seed).sampling)")
    Interruption.watch()
    if interactive {
      let options = options(alternatives: nil, seed: seed)
      if let templated, templated.hasTurns {
        var dialogue = Dialogue(language, tokenizer, options, draft, templated, raw: rawOutput)
        try dialogue.run(beginning: bytes == nil ? nil : tokens, &times)
      } else {
        var conversation = try Conversation(
          language, tokenizer, options, draft, parsingSpecialTokens: parses, raw: rawOutput)
        try conversation.run(beginning: bytes, tokens, &times)
      }
    } else {
      try generate(
        language, tokenizer, draft, prompt: bytes ?? [], tokens, seed: seed, showsPrompt: templated == nil,
        &times)
    }
    if json { try JSON.print(["times": times]) }
    Diagnostics.write(times.summary(threads: language.workers.count))
  }

  private func options(alternatives: Int?, seed: UInt64) -> GenerationOptions {
    var options = sampling.generationOptions(alternatives: alternatives, seed: seed)
    options.ablation = switchedOff.ablation
    return options
  }

  private func generate(
    _ language: LanguageModel, _ tokenizer: Tokenizer, _ draft: Draft?, prompt: [UInt8], _ tokens: [Int32],
    seed: UInt64, showsPrompt: Bool, _ times: inout GenerationTimes
  ) throws {
    let batch = try TextBatch(
      language, tokenizer, prompts: [[Int32]](repeating: tokens, count: count),
      options: options(alternatives: json ? alternatives ?? 0 : nil, seed: seed), draft: draft)
    var printer = GenerationPrinter(
      samples: count, seed: seed, tokenizer: tokenizer, asJSON: json, showsPrompt: showsPrompt, raw: rawOutput
    )
    try printer.begin(prompt: prompt)
    var unread = max(1, tokens.count)
    while !batch.isFinished && !Interruption.isAsked {
      let step = try batch.step()
      times.stepped(tokens: step.count, prompt: unread)
      unread = 0
      for (index, token) in step { try printer.show(token, of: index, prompt: prompt) }
    }
    times.draft = batch.draftCounts
    try printer.end(prompt: prompt)
  }
}

extension DraftKind: ExpressibleByArgument {}
