import GPT2BinaryFiles
import GPT2Kernels
import GPT2Tokens
import GPT2Transformer

/// Continues a sequence of tokens, one at a time.
///
/// What has been read is kept in a cache, so that a token costs one pass over the weights. `SequenceState` says what
/// happens beyond the model's positions.
package final class Generator {
  package let model: LanguageModel
  /// The prompt and everything generated after it.
  package var tokens: [Int32] { state.tokens }

  private var state: SequenceState
  private var sampler: TokenSampler
  private let pass: InferencePass

  /// - Parameters:
  ///   - prompt: Token ids; if there are none, generation starts from `endOfText`, the mark between documents.
  ///   - maximumTokens: How many tokens will be generated at most; it bounds the memory.
  ///   - vocabularySize: Of the tokenizer, whose tokens alone are drawn; the model's if not given.
  /// - Throws: `ModelError` for a prompt with tokens the model does not know, or more than maxT;
  ///   `SamplingOptionError`; `AllocationError`.
  package init(
    _ model: LanguageModel, prompt: [Int32], endOfText: Int, maximumTokens: Int, sampling: SamplingOptions,
    vocabularySize: Int? = nil
  ) throws {
    self.model = model
    state = try SequenceState(
      prompt.isEmpty ? [Int32(endOfText)] : prompt, maximumTokens: maximumTokens, for: model)
    sampler = try TokenSampler(sampling, vocabularySize: vocabularySize ?? model.configuration.vocabularySize)
    pass = InferencePass(model.configuration)
  }

  /// Draws the next token and appends it.
  ///
  /// - Throws: `SamplingError` if the model's logits are not finite; `AllocationError`.
  package func next() throws -> Int {
    // Where a token could not be drawn before, the logits are there already.
    state.makeRoom()
    let products: RowProducts = state.readsPacked ? .packed : .alone
    if let unread = state.unread() { try model.read([unread], as: products, in: pass) }
    let token = try sampler.sample(sampler.known(of: pass.logits()), history: state.tokens).token
    state.append(token)
    return token
  }
}
