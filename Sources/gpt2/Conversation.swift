import GPT2Generation
import GPT2Platform
import GPT2Terminal
import GPT2Tokens
import GPT2Transformer

/// `generate --interactive`: lines are added to the text, and the model continues it.
struct Conversation {
  private let batch: TextBatch
  private let tokenizer: Tokenizer
  private let parsesSpecialTokens: Bool
  private let raw: Bool
  private let isTerminal = isatty(STDIN_FILENO) == 1
  private var lines: TypedLines

  init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, _ options: GenerationOptions, _ draft: Draft?,
    parsingSpecialTokens: Bool, raw: Bool
  ) throws {
    batch = try TextBatch(
      model, tokenizer, prompts: [[]], options: options, draft: draft, isOpenEnded: true)
    self.tokenizer = tokenizer
    parsesSpecialTokens = parsingSpecialTokens
    self.raw = raw
    lines = TypedLines(
      atMost: PromptOptions.longest(positions: model.configuration.maximumSequenceLength))
  }

  /// - Parameter prompt: What comes before the first line, if anything.
  mutating func run(beginning prompt: [UInt8]?, _ tokens: [Int32], _ times: inout GenerationTimes) throws {
    if let prompt {
      try Output.write(String(decoding: prompt, as: UTF8.self), raw: raw)
      try batch.resume(0, with: tokens)
      try answer(reading: tokens.count, &times)
    }
    while !Interruption.isAsked, let line = try nextLine() {
      times.skip()
      let tokens = try tokenizer.encode(line, parsingSpecialTokens: parsesSpecialTokens).map(Int32.init)
      try batch.resume(0, with: tokens)
      try answer(reading: tokens.count, &times)
    }
  }

  private mutating func nextLine() throws -> String? {
    if isTerminal { Diagnostics.write("> ", endingLine: false) }
    return try lines.next()
  }

  private func answer(reading prompt: Int, _ times: inout GenerationTimes) throws {
    var unread = prompt
    while !batch.isFinished && !Interruption.isAsked {
      let step = try batch.step()
      times.stepped(tokens: step.count, prompt: unread)
      unread = 0
      for (_, token) in step { try Output.write(token.text, raw: raw) }
    }
    times.draft = batch.draftCounts
    try Output.write("\n")
  }
}
