/// Keeps the nucleus: the smallest set of likeliest tokens whose probabilities add up to at least p, one token
/// at least (Holtzman et al. 2019, "The Curious Case of Neural Text Degeneration").
struct TopP: Sendable {
  /// 0 < p ≤ 1; 1 keeps all.
  let probability: Double

  /// Where the ranking of tokens is cut.
  ///
  /// - Parameters:
  ///   - logits: At least one, none of them −∞.
  ///   - weights: Proportional to the tokens' probabilities; as many as logits.
  ///   - total: The sum of the weights.
  func cut(
    _ logits: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Double>, total: Double,
    using selection: inout RankedSelection
  ) -> RankedCut {
    guard probability < 1 else { return .none }
    // n tokens of less than (1 − p)/n each do not have 1 − p together, so the others have more than p and the
    // nucleus is among them (llama2.c's `sample_topp`). The last factor is for the rounding of the sums.
    let negligible = (1 - probability) * total / Double(weights.count) * (1 - 1e-9)
    selection.load(logits, weights: weights, from: negligible)
    return selection.cut(reaching: probability * total)
  }
}
