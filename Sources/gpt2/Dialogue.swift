import GPT2Generation
import GPT2Platform
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer

/// `generate --interactive` with a template that has turns: each line is a question, which the model answers.
struct Dialogue {
  private let model: LanguageModel
  private let tokenizer: Tokenizer
  private let options: GenerationOptions
  private let draft: Draft?
  private let prompt: TemplatedPrompt
  private let raw: Bool
  /// Begins with the first question.
  private var batch: TextBatch?
  private var lastReason: FinishReason?
  private let isTerminal = isatty(STDIN_FILENO) == 1
  private var lines: TypedLines

  init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, _ options: GenerationOptions, _ draft: Draft?,
    _ prompt: TemplatedPrompt, raw: Bool
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.options = options
    self.draft = draft
    self.prompt = prompt
    self.raw = raw
    lines = TypedLines(
      atMost: PromptOptions.longest(positions: model.configuration.maximumSequenceLength))
  }

  /// - Parameter tokens: The first question, put into the template; `nil` if there is none yet.
  mutating func run(beginning tokens: [Int32]?, _ times: inout GenerationTimes) throws {
    if let tokens { try answer(tokens, &times) }
    while !Interruption.isAsked, let line = try nextLine() {
      times.skip()
      let text = Array(line.utf8)
      // An answer that was cut short has not said that it is done.
      let end = lastReason == .endOfText ? [] : [Int32(tokenizer.endOfText)]
      try answer(batch == nil ? prompt.first(text) : end + prompt.next(text), &times)
    }
  }

  private mutating func nextLine() throws -> String? {
    if isTerminal { Diagnostics.write("> ", endingLine: false) }
    return try lines.next()
  }

  private mutating func answer(_ tokens: [Int32], _ times: inout GenerationTimes) throws {
    if let batch { try batch.resume(0, with: tokens) }
    let batch =
      try batch
      ?? TextBatch(model, tokenizer, prompts: [tokens], options: options, draft: draft, isOpenEnded: true)
    self.batch = batch
    var unread = max(1, tokens.count)
    while !batch.isFinished && !Interruption.isAsked {
      let step = try batch.step()
      times.stepped(tokens: step.count, prompt: unread)
      unread = 0
      for (_, token) in step {
        try Output.write(token.text, raw: raw)
        lastReason = token.finishReason
      }
    }
    times.draft = batch.draftCounts
    try Output.write("\n")
  }
}
