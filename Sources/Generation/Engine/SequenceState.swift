import GPT2Kernels
import GPT2Transformer

/// A sequence that grows: its tokens, and the cache that has read them up to some point.
///
/// GPT-2's positions are learned and end at maxT. When they are used up, the model reads the last maxT / 2 tokens
/// again as if the text began there: beyond maxT a token sees at least the last maxT / 2 tokens, at most maxT.
struct SequenceState {
  private(set) var tokens: [Int32]
  let cache: KeyValueCache
  /// What is switched off while it is read.
  private let ablation: Ablation?
  /// The token that the cache's first position holds.
  private var start = 0
  /// Up to which token what is unread is read by packed products. Whether it is was decided when it became unread, by how
  /// much there was of it, so that the bits are the same in whatever pieces it is read.
  private var packedEnd = 0

  /// - Parameters:
  ///   - prompt: 1…maxT tokens of the vocabulary.
  ///   - maximumTokens: How many more there will be at most; it bounds the memory.
  ///   - ablation: What is switched off while it is read.
  ///   - pool: Where its pages come from; one of its own if not given.
  /// - Throws: `ModelError`.
  init(
    _ prompt: [Int32], maximumTokens: Int, for model: LanguageModel, ablation: Ablation? = nil,
    from pool: KeyValuePool? = nil
  ) throws {
    let configuration = model.configuration
    try configuration.check(prompt)
    let positions = configuration.maximumSequenceLength
    guard !prompt.isEmpty else { throw ModelError.wrongTokenCount(found: 0, expected: 1) }
    guard prompt.count <= positions else {
      throw ModelError.sequenceTooLong(found: prompt.count, maximum: positions)
    }
    tokens = prompt
    self.ablation = ablation
    let (longest, overflows) = prompt.count.addingReportingOverflow(maximumTokens)
    cache = KeyValueCache(
      from: pool ?? KeyValuePool(for: model), capacity: overflows ? positions : min(longest, positions))
    packIfMany()
  }

  private mutating func packIfMany() {
    if unreadCount > Linear.fewRows { packedEnd = tokens.count }
  }

  /// How many tokens the cache has not read.
  var unreadCount: Int { tokens.count - start - cache.count }

  /// Whether nothing has been read, and nothing forgotten.
  var isAtStart: Bool { cache.count == 0 && start == 0 }

  /// Whether the cache holds the text from its first token on.
  var beginsAtStart: Bool { start == 0 }

  /// Whether what comes next is read by packed products, in passes of their own.
  var readsPacked: Bool { unreadCount > 0 && start + cache.count < packedEnd }

  mutating func append(_ token: Int) { tokens.append(Int32(token)) }

  /// Appends more tokens, at most maxT / 2 tokens, which are all read.
  mutating func append(_ more: [Int32], for configuration: Configuration) throws(ModelError) {
    try configuration.check(more)
    let most = max(1, cache.capacity / 2)
    guard more.count <= most else { throw .sequenceTooLong(found: more.count, maximum: most) }
    tokens += more
    packIfMany()
  }

  /// Makes room for what is unread where there is none.
  mutating func makeRoom() {
    guard cache.count + unreadCount > cache.capacity else { return }
    start = tokens.count - max(1, cache.capacity / 2)
    cache.truncate(to: 0)
    packIfMany()
  }

  /// What the model has to read before it can go on; makes room where there is none.
  ///
  /// - Parameter draft: Tokens that may follow, to be read and scored too; at most `draftRoom` of them.
  mutating func unread(draft: [Int32] = []) -> LanguageModel.SequenceInput? {
    guard unreadCount > 0 else { return nil }
    makeRoom()
    return LanguageModel.SequenceInput(
      cache, tokens[(start + cache.count)...] + draft, scored: 1 + draft.count, ablation: ablation)
  }

  /// All that is unread, each token of it with its logits.
  func scored() -> LanguageModel.SequenceInput {
    LanguageModel.SequenceInput(
      cache, Array(tokens[(start + cache.count)...]), scored: unreadCount, ablation: ablation)
  }

  /// The next tokens that packed products read, at most so many.
  func piece(atMost count: Int) -> LanguageModel.SequenceInput {
    LanguageModel.SequenceInput(
      cache, Array(tokens[(start + cache.count)...].prefix(count)), ablation: ablation)
  }

  /// How many tokens of a draft there is room for behind what is unread.
  var draftRoom: Int { max(0, cache.capacity - cache.count - unreadCount) }

  /// Takes back what was read of a draft that the text did not go on with: all but its last token stays read, as
  /// without a draft.
  func forgetDraft() { cache.truncate(to: min(cache.count, tokens.count - start - 1)) }
}
