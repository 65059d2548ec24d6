import Tokens
import Transformer

/// Continues texts side by side, each step by one token: all of them share one reading of the weights.
///
/// Each text is the same, bit for bit, as it would be alone.
public final class TextBatch {
  private let model: LanguageModel
  private let tokenizer: Tokenizer
  private let options: GenerationOptions
  private let pass: InferencePass
  private let texts: [Text]

  private final class Text {
    var state: SequenceState
    var sampler: TokenSampler
    var stream: TextStream
    /// (V), of the last token that was read.
    var logits: [Float]
    var count = 0
    var finishReason: FinishReason?

    /// A stream that has shown nothing yet.
    let emptyStream: TextStream

    init(_ state: SequenceState, _ sampler: TokenSampler, _ stream: TextStream) {
      self.state = state
      self.sampler = sampler
      self.stream = stream
      emptyStream = stream
      logits = [Float](repeating: 0, count: sampler.vocabularySize)
    }
  }

  /// - Parameters:
  ///   - tokenizer: Of the model's vocabulary.
  ///   - prompts: Token ids; where there are none, the text starts from the end-of-text token, the mark between
  ///     documents.
  ///   - options: The seed is the first text's; each further text's is one higher.
  ///   - isOpenEnded: Whether `resume` will be called, so that there must be room for more.
  /// - Throws: `ModelError` for tokens that the model does not know, or more than maxT; `SamplingOptionError`;
  ///   `StopStringError`; `AllocationError`.
  public init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, prompts: [[Int32]], options: GenerationOptions,
    isOpenEnded: Bool = false
  ) throws {
    precondition(options.maximumTokens >= 1, "no tokens to generate")
    self.model = model
    self.tokenizer = tokenizer
    self.options = options
    pass = InferencePass(model.configuration)
    let stream = try TextStream(stopStrings: options.stopStrings)
    texts = try prompts.enumerated().map { index, prompt in
      var sampling = options.sampling
      sampling.seed &+= UInt64(index)
      return Text(
        try SequenceState(
          prompt.isEmpty ? [Int32(tokenizer.endOfText)] : prompt,
          maximumTokens: isOpenEnded ? .max : options.maximumTokens,
          for: model),
        try TokenSampler(sampling, vocabularySize: model.configuration.vocabularySize), stream)
    }
  }

  /// Whether every text has ended.
  public var isFinished: Bool { texts.allSatisfy { $0.finishReason != nil } }

  /// Adds tokens to a text, which then goes on for as many tokens as the options say, even if it had ended.
  ///
  /// - Throws: `ModelError` if a token is not in the vocabulary, or there are more than maxT / 2.
  public func resume(_ index: Int, with tokens: [Int32]) throws(ModelError) {
    let text = texts[index]
    try text.state.append(tokens, for: model.configuration)
    text.stream = text.emptyStream
    text.count = 0
    text.finishReason = nil
  }

  /// The next token of each text that has not ended, with the text's index.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite; `SamplingOptionError.everyTokenBanned`;
  ///   `AllocationError`. The batch is of no use then.
  public func step() throws -> [(index: Int, token: GeneratedToken)] {
    let running = texts.indices.filter { texts[$0].finishReason == nil }
    // Prompts one by one, as each is many rows; then single tokens all in one pass.
    var prompts: [Text] = []
    for index in running where texts[index].state.cache.count == 0 || texts[index].state.unreadCount > 1 {
      try readPrompt(of: texts[index], after: prompts)
      prompts.append(texts[index])
    }
    try read(running.map { texts[$0] }.filter { $0.state.unreadCount > 0 })
    return try running.map { (index: $0, token: try draw(texts[$0])) }
  }

  /// Reads a prompt, or takes over what another text with the same one has read.
  private func readPrompt(of text: Text, after others: [Text]) throws {
    let same = others.first { $0.state.tokens == text.state.tokens }
    guard let same, text.state.cache.count == 0 else { return try read([text]) }
    text.state.cache.copy(from: same.state.cache)
    text.logits = same.logits
  }

  private func read(_ texts: [Text]) throws {
    let unread = texts.compactMap { $0.state.unread() }
    guard !unread.isEmpty else { return }
    try model.read(unread, in: pass)
    for (place, text) in texts.enumerated() {
      text.logits.withUnsafeMutableBufferPointer { _ = $0.update(from: pass.logits(of: place)) }
    }
  }

  private func draw(_ text: Text) throws -> GeneratedToken {
    let sampled = try text.logits.withUnsafeBufferPointer {
      try text.sampler.sample($0, history: text.state.tokens, alternatives: options.alternatives)
    }
    text.state.append(sampled.token)
    text.count += 1
    let shown = show(sampled.token, in: text)
    return GeneratedToken(
      token: sampled.token, text: shown, logProbability: sampled.logProbability,
      alternatives: sampled.alternatives, finishReason: text.finishReason)
  }

  /// What the token adds to the text that can be shown; decides whether the text ends with it.
  private func show(_ token: Int, in text: Text) -> String {
    let isEnd = token == tokenizer.endOfText
    let shown = isEnd ? "" : text.stream.append(tokenizer.bytes(of: token))
    if text.stream.isStopped {
      text.finishReason = .stopString
    } else if isEnd && options.stopsAtEndOfText {
      text.finishReason = .endOfText
    } else if text.count == options.maximumTokens {
      text.finishReason = .length
    }
    return text.finishReason == nil ? shown : shown + text.stream.finish()
  }
}
