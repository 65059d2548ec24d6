/// Logits from which nothing can be drawn.
public struct SamplingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Of which the logit is.
  public let token: Int
  /// NaN or +∞.
  public let logit: Float

  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.token == rhs.token && lhs.logit.bitPattern == rhs.logit.bitPattern
  }

  public var description: String {
    "the model gave token \(token) the logit \(logit), expected a finite number; "
      + "its weights are damaged or the training that made them diverged"
  }
}
