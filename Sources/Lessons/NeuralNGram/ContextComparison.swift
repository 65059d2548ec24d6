import GPT2Platform

/// What counting and the neural model say follows one context, and what did.
package struct ContextComparison: Equatable, Sendable {
  package let tokens: [Int]
  /// How often the training text has the context: what counting knows of it.
  package let seen: Int
  /// The probability of each token, (V).
  package let counting: [Double]
  package let neural: [Double]
  /// How often each token follows it in the text that the models are judged by, (V).
  package let followed: [Int]

  package var occurrences: Int { followed.reduce(0, +) }

  /// Σ −ln p of what followed, in nats.
  package var countingSum: Double { loss(counting) }
  package var neuralSum: Double { loss(neural) }

  /// How many nats the neural model saves on all of the text; negative where counting does.
  package var gain: Double { countingSum - neuralSum }

  /// The part of the text's windows with this context that each token followed in, (V); `nil` if there are none.
  package var frequencies: [Double]? {
    let occurrences = occurrences
    return occurrences == 0 ? nil : followed.map { Double($0) / Double(occurrences) }
  }

  private func loss(_ probabilities: [Double]) -> Double {
    zip(probabilities, followed).reduce(0.0) { sum, pair in
      pair.1 == 0 ? sum : sum - Double(pair.1) * log(pair.0)
    }
  }
}
