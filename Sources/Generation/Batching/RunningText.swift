import GPT2Kernels
import GPT2Tokens
import GPT2Transformer

/// One text of a batch, as far as it has been written.
final class RunningText {
  let request: TextRequest
  var state: SequenceState
  private(set) var sampler: TokenSampler
  /// (V), of the prompt's last token, once it is read.
  var promptLogits: [Float] = []
  /// Of the prompt's tokens, if they were asked for.
  private(set) var scores: [PromptToken] = []
  var draftLength: DraftLength?
  /// Tokens written since the text began or was resumed.
  private(set) var count = 0
  private(set) var finishReason: FinishReason?

  private var stream: TextStream
  /// A stream that has shown nothing yet.
  private let emptyStream: TextStream

  var options: GenerationOptions { request.options }
  var isFinished: Bool { finishReason != nil }

  /// - Parameters:
  ///   - pool: Where the pages of its keys and values come from.
  ///   - isOpenEnded: Whether it will be resumed, so that there must be room for more.
  /// - Throws: `ModelError` for tokens that the model or the tokenizer does not know, or more than maxT;
  ///   `SamplingOptionError`; `StopStringError`; `AblationError`; `AllocationError`.
  init(
    _ request: TextRequest, for model: LanguageModel, _ tokenizer: Tokenizer, from pool: KeyValuePool,
    isOpenEnded: Bool = false
  ) throws {
    self.request = request
    let known = min(tokenizer.vocabularySize, model.configuration.vocabularySize)
    stream = try TextStream(stopStrings: request.options.stopStrings)
    emptyStream = stream
    try request.prompt.check(below: known)
    try request.options.ablation?.check(for: model.configuration)
    state = try SequenceState(
      request.prompt.isEmpty ? [Int32(tokenizer.endOfText)] : request.prompt,
      maximumTokens: isOpenEnded ? .max : request.options.maximumTokens, for: model,
      ablation: request.options.ablation, from: pool)
    sampler = try TokenSampler(request.options.sampling, vocabularySize: known)
  }

  /// Whether a token has been written since it began or was resumed.
  var hasBegun: Bool { count > 0 }

  /// Whether another that is read first leaves much less to read.
  func isWorthWaitingFor(by other: RunningText) -> Bool {
    guard !other.scoresWhatItReads, state.beginsAtStart, other.state.isAtStart,
      options.ablation == other.options.ablation
    else { return false }
    let (mine, others) = (request.prompt, other.request.prompt)
    let page = KeyValueBlocks.pagePositions
    return mine == others || (mine.count >= page && mine.prefix(page) == others.dropLast().prefix(page))
  }

  /// How many of its tokens are not the prompt's.
  var written: Int { state.tokens.count - max(1, request.prompt.count) }

  /// Begins to write again.
  func resume() {
    stream = emptyStream
    count = 0
    finishReason = nil
  }

  /// Whether the tokens that are unread are scored one by one: the given prompt's.
  var scoresWhatItReads: Bool { request.promptAlternatives != nil && scores.count < request.prompt.count }

  /// Takes note of what a row of logits says of the token behind one of the prompt.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite.
  func score(_ logits: UnsafeBufferPointer<Float>) throws(SamplingError) {
    // Before the first comes nothing that could tell.
    if scores.isEmpty { scores.append(PromptToken(token: Int(request.prompt[0]))) }
    guard scores.count < request.prompt.count, let alternatives = request.promptAlternatives else { return }
    scores.append(
      PromptToken(
        try sampler.report(
          Int(request.prompt[scores.count]), sampler.known(of: logits), alternatives: alternatives)))
  }

  /// Ends a text that had only its prompt scored.
  func endIfNothingIsWanted() {
    if options.maximumTokens == 0 { finishReason = .length }
  }

  /// Draws the next token from logits, of V tokens or more, appends it, and decides whether the text ends with it.
  ///
  /// - Throws: As `TokenSampler.sample`.
  func draw(_ logits: UnsafeBufferPointer<Float>, _ tokenizer: Tokenizer) throws -> GeneratedToken {
    let sampled = try sampler.sample(
      sampler.known(of: logits), history: state.tokens, written: written, alternatives: options.alternatives)
    state.append(sampled.token)
    count += 1
    let shown = show(sampled.token, tokenizer)
    return GeneratedToken(
      token: sampled.token, text: shown, logProbability: sampled.logProbability,
      alternatives: sampled.alternatives, finishReason: finishReason)
  }

  /// What the token adds to the text that can be shown; special tokens are no text.
  private func show(_ token: Int, _ tokenizer: Tokenizer) -> String {
    let isEnd = token == tokenizer.endOfText
    let shown = isEnd || tokenizer.isSpecial(token) ? "" : stream.append(tokenizer.bytes(of: token))
    if stream.isStopped {
      finishReason = .stopString
    } else if isEnd && options.stopsAtEndOfText {
      finishReason = .endOfText
    } else if count == options.maximumTokens {
      finishReason = .length
    }
    return finishReason == nil ? shown : shown + stream.finish()
  }
}
