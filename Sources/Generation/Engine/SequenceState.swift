import Transformer

/// A sequence that grows: its tokens, and the cache that has read them up to some point.
///
/// GPT-2's positions are learned and end at maxT. When they are used up, the model reads the last maxT / 2 tokens
/// again as if the text began there: beyond maxT a token sees at least the last maxT / 2 tokens, at most maxT.
struct SequenceState {
  private(set) var tokens: [Int32]
  let cache: KeyValueCache
  /// The token that the cache's first position holds.
  private var start = 0

  /// - Parameters:
  ///   - prompt: 1…maxT tokens of the vocabulary.
  ///   - maximumTokens: How many more there will be at most; it bounds the memory.
  /// - Throws: `ModelError`; `AllocationError`.
  init(_ prompt: [Int32], maximumTokens: Int, for model: LanguageModel) throws {
    let configuration = model.configuration
    try configuration.check(prompt)
    let positions = configuration.maximumSequenceLength
    guard !prompt.isEmpty else { throw ModelError.wrongTokenCount(found: 0, expected: 1) }
    guard prompt.count <= positions else {
      throw ModelError.sequenceTooLong(found: prompt.count, maximum: positions)
    }
    tokens = prompt
    let (longest, overflows) = prompt.count.addingReportingOverflow(maximumTokens)
    cache = try KeyValueCache(for: model, capacity: overflows ? positions : min(longest, positions))
  }

  /// How many tokens the cache has not read.
  var unreadCount: Int { tokens.count - start - cache.count }

  /// Whether nothing has been read, and nothing forgotten.
  var isAtStart: Bool { cache.count == 0 && start == 0 }

  /// Whether another that is at its start may take over this one's cache.
  func isCopyable(to other: SequenceState) -> Bool {
    start == 0 && tokens == other.tokens && cache.count <= other.cache.capacity
  }

  mutating func append(_ token: Int) { tokens.append(Int32(token)) }

  /// Appends more tokens, at most maxT / 2 tokens, which are all read.
  mutating func append(_ more: [Int32], for configuration: Configuration) throws(ModelError) {
    try configuration.check(more)
    let most = max(1, cache.capacity / 2)
    guard more.count <= most else { throw .sequenceTooLong(found: more.count, maximum: most) }
    tokens += more
  }

  /// Makes room for what is unread where there is none.
  mutating func makeRoom() {
    guard cache.count + unreadCount > cache.capacity else { return }
    start = tokens.count - max(1, cache.capacity / 2)
    cache.truncate(to: 0)
  }

  /// What the model has to read before it can go on; makes room where there is none.
  ///
  /// - Parameters:
  ///   - draft: Tokens that may follow, to be read and scored too; at most `draftRoom` of them.
  ///   - ablation: What is switched off; the same in every pass over this sequence.
  mutating func unread(
    draft: [Int32] = [], ablation: Ablation? = nil
  ) -> LanguageModel.SequenceInput? {
    guard unreadCount > 0 else { return nil }
    makeRoom()
    return LanguageModel.SequenceInput(
      cache, tokens[(start + cache.count)...] + draft, scored: 1 + draft.count, ablation: ablation)
  }

  /// How many tokens of a draft there is room for behind what is unread.
  var draftRoom: Int { max(0, cache.capacity - cache.count - unreadCount) }

  /// Takes back what was read of a draft that the text did not go on with: all but its last token stays read, as
  /// without a draft.
  func forgetDraft() { cache.truncate(to: min(cache.count, tokens.count - start - 1)) }
}
