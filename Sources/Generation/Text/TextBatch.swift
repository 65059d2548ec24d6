import Kernels
import Tokens
import Transformer

/// Continues texts side by side: all of them share one reading of the weights.
///
/// Each text is the same, bit for bit, as it would be alone, as long as no more than `Linear.fewRows` run; and the same
/// with a draft as without.
public final class TextBatch {
  private let model: LanguageModel
  private let tokenizer: Tokenizer
  private let options: GenerationOptions
  private let pass: InferencePass
  private var drafter: (any Drafter)?
  private let texts: [RunningText]
  /// What the draft was good for, if there is one.
  public private(set) var draftCounts: DraftCounts?

  /// - Parameters:
  ///   - tokenizer: Of the model's vocabulary, or of the first tokens of it: others are never written.
  ///   - prompts: Token ids; where there are none, the text starts from the end-of-text token, the mark between
  ///     documents.
  ///   - options: The seed is the first text's; each further text's is one higher.
  ///   - draft: One for this model. It makes the texts come faster, and changes nothing in them.
  ///   - isOpenEnded: Whether `resume` will be called, so that there must be room for more.
  /// - Throws: `ModelError` for tokens that the model does not know, or more than maxT; `SamplingOptionError`;
  ///   `StopStringError`; `AblationError`; `AllocationError`.
  public init(
    _ model: LanguageModel, _ tokenizer: Tokenizer, prompts: [[Int32]], options: GenerationOptions,
    draft: Draft? = nil, isOpenEnded: Bool = false
  ) throws {
    precondition(options.maximumTokens >= 1, "no tokens to generate")
    try options.ablation?.check(for: model.configuration)
    self.model = model
    self.tokenizer = tokenizer
    self.options = options
    pass = InferencePass(model.configuration)
    let known = min(tokenizer.vocabularySize, model.configuration.vocabularySize)
    let stream = try TextStream(stopStrings: options.stopStrings)
    texts = try prompts.enumerated().map { index, prompt in
      var sampling = options.sampling
      sampling.seed &+= UInt64(index)
      try prompt.check(below: known)
      let state = try SequenceState(
        prompt.isEmpty ? [Int32(tokenizer.endOfText)] : prompt,
        maximumTokens: isOpenEnded ? .max : options.maximumTokens, for: model)
      return RunningText(
        index, state, try TokenSampler(sampling, vocabularySize: known), stream,
        draft.map { DraftLength($0.costs) })
    }
    drafter = try draft?.drafter(options.sampling, vocabularySize: known)
    draftCounts = draft.map { _ in DraftCounts() }
  }

  /// Whether every text has ended.
  public var isFinished: Bool { texts.allSatisfy { $0.finishReason != nil } }

  /// Adds tokens to a text, which then goes on for as many tokens as the options say, even if it had ended.
  ///
  /// - Throws: `ModelError` if a token is not in the vocabulary, or there are more than maxT / 2.
  public func resume(_ index: Int, with tokens: [Int32]) throws(ModelError) {
    try tokens.check(below: tokenizer.vocabularySize)
    try texts[index].state.append(tokens, for: model.configuration)
    texts[index].resume()
  }

  /// The next token of each text that has not ended, with the text's index; with a draft, the next tokens, text by text.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite; `SamplingOptionError.everyTokenBanned`;
  ///   `AllocationError`. The batch is of no use then.
  public func step() throws -> [(index: Int, token: GeneratedToken)] {
    let running = texts.filter { $0.finishReason == nil }
    for text in running { text.state.makeRoom() }
    // Prompts one by one, as each is many rows; then single tokens and drafts all in one pass.
    let prompts = running.filter(\.readsPrompt)
    let others = running.filter { !$0.readsPrompt }
    for (count, text) in prompts.enumerated() { try readPrompt(of: text, after: prompts[..<count]) }
    // Each text has its share of the rows that have the bits of single ones.
    let drafts = try propose(for: others, atMost: Linear.fewRows / max(1, running.count) - 1)
    try read(others, drafts)
    var written = try prompts.map { text in
      (text, [try text.logits.withUnsafeBufferPointer { try text.draw($0, options, tokenizer) }])
    }
    for place in others.indices {
      written.append((others[place], try check(others[place], drafts[place], place)))
    }
    return written.sorted { $0.0.index < $1.0.index }.flatMap { text, tokens in
      tokens.map { (index: text.index, token: $0) }
    }
  }

  /// Reads a prompt, or takes over what another text with the same one has read.
  private func readPrompt(of text: RunningText, after others: ArraySlice<RunningText>) throws {
    if text.state.isAtStart, let same = others.first(where: { $0.state.isCopyable(to: text.state) }) {
      text.state.cache.copy(from: same.state.cache)
      text.logits = same.logits
    } else if let unread = text.state.unread(ablation: options.ablation) {
      try model.read([unread], in: pass)
      text.logits = Array(pass.logits())
    }
  }

  /// What may follow each text; nothing without a draft.
  private func propose(for texts: [RunningText], atMost share: Int) throws -> [[Int32]] {
    guard drafter != nil, share > 0 else { return texts.map { _ in [] } }
    let requests = texts.map { text in
      let limit = min(share, text.state.draftRoom, options.maximumTokens - text.count - 1)
      return DraftRequest(
        tokens: text.state.tokens, cache: text.state.cache, generator: text.sampler.generator,
        limit: text.draftLength?.next(limit: limit) ?? 0)
    }
    return try drafter?.propose(for: requests) ?? []
  }

  private func read(_ texts: [RunningText], _ drafts: [[Int32]]) throws {
    let unread = zip(texts, drafts).compactMap { text, draft in
      text.state.unread(draft: draft, ablation: options.ablation)
    }
    if !unread.isEmpty { try model.read(unread, in: pass) }
  }

  /// The tokens that the last pass makes certain: those of the draft that the text goes on with, and one more.
  private func check(_ text: RunningText, _ draft: [Int32], _ place: Int) throws -> [GeneratedToken] {
    var tokens: [GeneratedToken] = []
    repeat {
      tokens.append(try text.draw(pass.logits(of: place, scored: tokens.count), options, tokenizer))
    } while text.finishReason == nil && tokens.count <= draft.count
      && tokens[tokens.count - 1].token == Int(draft[tokens.count - 1])
    text.state.forgetDraft()
    let accepted = zip(tokens, draft).prefix { $0.token == Int($1) }.count
    text.draftLength?.checked(proposed: draft.count, accepted: accepted)
    draftCounts?.checked(proposed: draft.count, accepted: accepted, tokens: tokens.count)
    return tokens
  }
}
