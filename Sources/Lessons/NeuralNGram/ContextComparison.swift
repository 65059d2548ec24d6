import Platform

/// What counting and the neural model say follows one context, and what did.
public struct ContextComparison: Equatable, Sendable {
  public let tokens: [Int]
  /// How often the training text has the context: what counting knows of it.
  public let seen: Int
  /// The probability of each token, (V).
  public let counting: [Double]
  public let neural: [Double]
  /// How often each token follows it in the text that the models are judged by, (V).
  public let followed: [Int]

  public var occurrences: Int { followed.reduce(0, +) }

  /// Σ −ln p of what followed, in nats.
  public var countingSum: Double { loss(counting) }
  public var neuralSum: Double { loss(neural) }

  /// How many nats the neural model saves on all of the text; negative where counting does.
  public var gain: Double { countingSum - neuralSum }

  /// The part of the text's windows with this context that each token followed in, (V); `nil` if there are none.
  public var frequencies: [Double]? {
    let occurrences = occurrences
    return occurrences == 0 ? nil : followed.map { Double($0) / Double(occurrences) }
  }

  private func loss(_ probabilities: [Double]) -> Double {
    zip(probabilities, followed).reduce(0.0) { sum, pair in
      pair.1 == 0 ? sum : sum - Double(pair.1) * log(pair.0)
    }
  }
}
