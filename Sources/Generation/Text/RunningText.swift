import Tokens

/// One text of a batch, as far as it has been written.
final class RunningText {
  let index: Int
  var state: SequenceState
  private(set) var sampler: TokenSampler
  /// (V), of the last token of a prompt.
  var logits: [Float] = []
  var draftLength: DraftLength?
  /// Tokens written since the text began or was resumed.
  private(set) var count = 0
  private(set) var finishReason: FinishReason?

  private var stream: TextStream
  /// A stream that has shown nothing yet.
  private let emptyStream: TextStream

  init(
    _ index: Int, _ state: SequenceState, _ sampler: TokenSampler, _ stream: TextStream,
    _ length: DraftLength?
  ) {
    self.index = index
    self.state = state
    self.sampler = sampler
    self.stream = stream
    emptyStream = stream
    draftLength = length
  }

  /// Begins to write again.
  func resume() {
    stream = emptyStream
    count = 0
    finishReason = nil
  }

  /// Whether it reads many tokens next, a prompt or the last half of itself: in a pass of its own, so that their bits
  /// are those of a text alone.
  var readsPrompt: Bool { state.cache.count == 0 || state.unreadCount > 1 }

  /// Draws the next token from logits, of V tokens or more, appends it, and decides whether the text ends with it.
  ///
  /// - Throws: As `TokenSampler.sample`.
  func draw(
    _ logits: UnsafeBufferPointer<Float>, _ options: GenerationOptions, _ tokenizer: Tokenizer
  ) throws -> GeneratedToken {
    let sampled = try sampler.sample(
      sampler.known(of: logits), history: state.tokens, alternatives: options.alternatives)
    state.append(sampled.token)
    count += 1
    let shown = show(sampled.token, options, tokenizer)
    return GeneratedToken(
      token: sampled.token, text: shown, logProbability: sampled.logProbability,
      alternatives: sampled.alternatives, finishReason: finishReason)
  }

  /// What the token adds to the text that can be shown; special tokens are no text.
  private func show(_ token: Int, _ options: GenerationOptions, _ tokenizer: Tokenizer) -> String {
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
