/// A token and its log-probability.
public struct TokenLogProbability: Equatable, Sendable {
  /// Its id.
  public let token: Int
  /// The natural logarithm of the token's probability, at most 0.
  public let logProbability: Double

  /// A token and its log-probability.
  public init(token: Int, logProbability: Double) {
    self.token = token
    self.logProbability = logProbability
  }
}

/// The token that was picked, and what the model itself thought of it.
package struct SampledToken: Equatable, Sendable {
  /// Its id.
  package let token: Int
  /// Under the model's own distribution, the softmax of its logits before any option; `nil` if not asked for.
  package let logProbability: Double?
  /// The model's likeliest tokens, the likeliest first and of equal ones the lower id. The picked token need
  /// not be among them. Empty if not asked for.
  package let alternatives: [TokenLogProbability]

  package init(token: Int, logProbability: Double? = nil, alternatives: [TokenLogProbability] = []) {
    self.token = token
    self.logProbability = logProbability
    self.alternatives = alternatives
  }
}
