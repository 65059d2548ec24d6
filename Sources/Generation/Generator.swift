import BinaryFiles
import Kernels
import Tokens
import Transformer

/// Continues a sequence of tokens, one at a time.
///
/// What has been read is kept in a cache, so that a token costs one pass over the weights. GPT-2's positions are
/// learned and end at maxT; when they are used up, the model reads the last maxT / 2 tokens again as if the text
/// began there. So beyond maxT a token sees at least the last maxT / 2 tokens, and at most maxT.
public final class Generator {
  public let model: LanguageModel
  /// The prompt and everything generated after it.
  public private(set) var tokens: [Int32]

  private var sampler: Sampler
  private let cache: KeyValueCache
  private let pass: InferencePass
  /// The token that the cache's first position holds.
  private var start = 0

  /// - Parameters:
  ///   - prompt: Token ids; if there are none, generation starts from `endOfText`, the mark between documents.
  ///   - maximumTokens: How many tokens will be generated at most; it bounds the memory.
  /// - Throws: `ModelError` for a prompt with tokens the model does not know, or more than maxT;
  ///   `AllocationError`.
  public init(
    _ model: LanguageModel, prompt: [Int32], endOfText: Int, maximumTokens: Int, sampling: Sampler.Settings
  ) throws {
    self.model = model
    tokens = prompt.isEmpty ? [Int32(endOfText)] : prompt
    sampler = Sampler(sampling)
    try model.configuration.check(tokens)
    let positions = model.configuration.maximumSequenceLength
    guard tokens.count <= positions else {
      throw ModelError.sequenceTooLong(found: tokens.count, maximum: positions)
    }
    let (longest, overflows) = tokens.count.addingReportingOverflow(maximumTokens)
    cache = try KeyValueCache(model.configuration, capacity: overflows ? positions : min(longest, positions))
    pass = InferencePass(model.configuration)
  }

  /// Draws the next token and appends it.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite; `AllocationError`.
  public func next() throws -> Int {
    try readOn()
    let token = try sampler.sample(pass.logits())
    tokens.append(Int32(token))
    return token
  }

  /// Brings the cache to the end of the tokens.
  private func readOn() throws {
    var unread = tokens[(start + cache.count)...]
    // Where a token could not be drawn, the logits are there already.
    guard !unread.isEmpty else { return }
    if cache.count + unread.count > cache.capacity {
      start = tokens.count - max(1, cache.capacity / 2)
      cache.truncate(to: 0)
      unread = tokens[start...]
    }
    try model.read([LanguageModel.Continuation(cache, Array(unread))], in: pass)
  }
}

extension Configuration {
  /// Checks that a model of this configuration and a tokenizer have the same vocabulary.
  ///
  /// - Throws: `FileError` in the tokenizer's name.
  public func check(_ tokenizer: Tokenizer, readFrom path: String) throws(FileError) {
    guard tokenizer.vocabularySize == vocabularySize else {
      throw FileError(
        path,
        .mismatch(
          found: "a vocabulary of \(tokenizer.vocabularySize) tokens",
          expected: "the model's \(vocabularySize)",
          advice: "use the tokenizer that the model was trained with"))
    }
  }
}
