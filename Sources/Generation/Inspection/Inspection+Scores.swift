import GPT2Kernels
import GPT2Transformer

/// A token of a given text, and what the model thought of it before it came.
public struct ScoredToken: Equatable, Sendable {
  /// From 1: nothing is said of the first.
  public let position: Int
  /// The token that stands there.
  public let token: Int
  /// ln p(xᵢ | x₀ … xᵢ₋₁)
  public let logProbability: Double
  /// 1 for the likeliest.
  public let rank: Int
  /// The likeliest tokens of that place, as many as were asked for.
  public let alternatives: [TokenLogProbability]
}

extension Inspection {
  /// How likely the model found each token of the text but the first, T − 1 of them.
  ///
  /// The text's log-probability is the sum, its perplexity the exponential of minus the mean.
  ///
  /// - Parameter alternatives: How many of the likeliest tokens to list beside each.
  /// - Throws: `SamplingError` if the model's logits are not finite.
  public func scores(alternatives: Int = 0) throws(SamplingError) -> [ScoredToken] {
    let states = kept.finalStates.rows(0..<tokens.count - 1)
    let rankings = try model.rankings(of: states, top: alternatives, vocabularySize: vocabularySize) {
      Int(tokens[$0 + 1])
    }
    return rankings.enumerated().compactMap { row, ranking in
      ranking.target.map {
        ScoredToken(
          position: row + 1, token: $0.token, logProbability: $0.logProbability, rank: $0.rank,
          alternatives: ranking.likeliest)
      }
    }
  }

  /// What may come after the text, the likeliest first: with the bits that generation draws from.
  ///
  /// - Parameter target: A token to look for besides.
  /// - Throws: `InspectionError` for a target outside the vocabulary; `SamplingError`.
  public func next(top count: Int = 10, target: Int? = nil) throws -> TokenRanking {
    try check(target: target)
    return try nextLogits.withUnsafeBufferPointer { logits throws(SamplingError) in
      try TokenRanking(of: logits, top: count, target: target)
    }
  }

  /// The log-probabilities of tokens below V, to come after the text.
  func nextLogProbabilities(of tokens: [Int]) throws(SamplingError) -> [Double] {
    try nextLogits.withUnsafeBufferPointer { logits throws(SamplingError) in
      let greatest = try Greedy(checking: logits)
      let logSum = LogSumExp.value(of: logits, greatest: greatest.logit)
      return tokens.map { min(Double(logits[$0]) - logSum, 0) }
    }
  }

  func check(target: Int?) throws(InspectionError) {
    guard let target, !(0..<vocabularySize).contains(target) else { return }
    throw .tokenOutOfRange(found: target, vocabularySize: vocabularySize)
  }
}
