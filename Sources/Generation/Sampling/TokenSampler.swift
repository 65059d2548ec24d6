/// Picks tokens from a model's logits as `SamplingOptions` say.
///
/// The order is that of Hugging Face's transformers: logit bias, repetition penalty, then either the greatest
/// logit, at temperature 0, or temperature, top-k, top-p, min-p and a draw by llm.c's generator. (llama.cpp,
/// unless told otherwise, applies the temperature last, to the tokens that the others left.)
///
/// A copy goes on by itself: the same logits give both the same tokens.
package struct TokenSampler: Sendable {
  package let options: SamplingOptions
  /// V
  package let vocabularySize: Int

  private var adjustment: LogitAdjustment?
  private var draw: CandidateDraw?
  private var logProbabilities = LogProbabilities()

  /// - Throws: `SamplingOptionError` if an option cannot be used with a vocabulary of this size.
  package init(_ options: SamplingOptions, vocabularySize: Int) throws(SamplingOptionError) {
    try options.check(vocabularySize: vocabularySize)
    self.options = options
    self.vocabularySize = vocabularySize
    adjustment = LogitAdjustment(options, vocabularySize: vocabularySize)
    draw = options.temperature > 0 ? CandidateDraw(options, vocabularySize: vocabularySize) : nil
  }

  /// The logits of the tokens that may be picked: a model may have rows beyond its tokenizer's V, which stand for
  /// nothing.
  func known(of logits: UnsafeBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(rebasing: logits.prefix(vocabularySize))
  }

  /// Picks one token. One random number is used for each, none at temperature 0 or if an error is thrown.
  ///
  /// - Parameters:
  ///   - logits: (V), unnormalised log-probabilities.
  ///   - history: The text so far, tokens below V and the latest last; the repetition penalty looks at its end.
  ///   - written: How many of these, from the end on, were written and not given; all if `nil`. The penalties of presence and
  ///     frequency look at them.
  ///   - alternatives: How many of the model's likeliest tokens to list with their log-probabilities; with 0
  ///     the log-probability of the picked token alone is computed, with `nil` none.
  /// - Throws: `SamplingError` if a logit is NaN or +∞ or none is finite; `SamplingOptionError.everyTokenBanned`.
  package mutating func sample(
    _ logits: UnsafeBufferPointer<Float>, history: [Int32] = [], written: Int? = nil,
    alternatives: Int? = nil
  ) throws -> SampledToken {
    precondition(logits.count == vocabularySize, "\(logits.count) logits for \(vocabularySize) tokens")
    let likeliest = try Greedy(checking: logits)
    let token =
      try adjustment?.withAdjusted(logits, history: history, written: written ?? history.count) {
        adjusted in
        guard let likeliest = Greedy(of: adjusted) else {
          throw SamplingOptionError.everyTokenBanned(vocabularySize: vocabularySize)
        }
        return draw?.token(adjusted, greatest: likeliest) ?? likeliest.token
      } ?? draw?.token(logits, greatest: likeliest) ?? likeliest.token
    guard let alternatives else { return SampledToken(token: token) }
    return logProbabilities.report(
      token, alternatives: alternatives, logits, greatest: likeliest.logit)
  }

  /// What the model thinks of a token that was given.
  ///
  /// - Parameters:
  ///   - logits: (V)
  ///   - alternatives: How many of the likeliest tokens to list.
  /// - Throws: `SamplingError` if a logit is NaN or +∞ or none is finite.
  mutating func report(
    _ token: Int, _ logits: UnsafeBufferPointer<Float>, alternatives: Int
  ) throws(SamplingError) -> SampledToken {
    let likeliest = try Greedy(checking: logits)
    return logProbabilities.report(
      token, alternatives: alternatives, logits, greatest: likeliest.logit)
  }
}
