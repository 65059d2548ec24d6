/// The log-probabilities of a model's own distribution: ln softmax(x)ᵢ = xᵢ − ln Σ exp(x).
struct LogProbabilities: Sendable {
  private var tokens = TopTokens()

  /// - Parameters:
  ///   - token: The one that was picked.
  ///   - alternatives: How many of the likeliest tokens to list, at least 0. Those of probability 0 are not.
  ///   - logits: (V), none of them NaN or +∞.
  ///   - greatest: The greatest of them, finite.
  mutating func report(
    _ token: Int, alternatives: Int, _ logits: UnsafeBufferPointer<Float>, greatest: Float
  ) -> SampledToken {
    let logSum = LogSumExp.value(of: logits, greatest: greatest)
    func logProbability(_ token: Int) -> Double { min(Double(logits[token]) - logSum, 0) }
    return SampledToken(
      token: token, logProbability: logProbability(token),
      alternatives: tokens.ids(alternatives, of: logits).map {
        TokenLogProbability(token: $0, logProbability: logProbability($0))
      })
  }
}
