import GPT2Transformer

/// Something that says how likely a model finds the tokens of a sequence, whatever its weights are stored as.
package protocol SequenceScorer {
  var configuration: Configuration { get }

  /// Scores the last `count` of `tokens`, each given all of `tokens` before it.
  ///
  /// - Parameters:
  ///   - tokens: x₀ … xₙ with n ≤ maxT; the model sees all but xₙ.
  ///   - count: 1 to n. Logits are only computed for as many positions.
  /// - Returns: `count` scores, in order.
  /// - Throws: `ModelError` if there are too many tokens or one is outside the vocabulary.
  func scores(of tokens: [Int32], last count: Int) throws -> [TokenScore]
}

/// What a model has to say about one token of a text.
package struct TokenScore: Equatable, Sendable {
  /// The cross-entropy −log p(x[i + 1] | x[0...i]), in nats.
  package let loss: Float
  /// Whether greedy decoding would have taken this token: it has the greatest logit, and of equals the lowest id.
  package let isGreatest: Bool

  package init(loss: Float, isGreatest: Bool) {
    self.loss = loss
    self.isGreatest = isGreatest
  }
}

extension SequenceScorer {
  /// The n cross-entropies of x₁ … xₙ, in nats: see `scores(of:last:)`.
  package func losses(of tokens: [Int32]) throws -> [Float] {
    try scores(of: tokens, last: tokens.count - 1).map(\.loss)
  }
}

extension Configuration {
  /// Checks what `SequenceScorer.scores` is given.
  ///
  /// - Throws: `ModelError` if there are too many tokens or one is outside the vocabulary.
  package func check(_ tokens: [Int32], scoringLast count: Int) throws(ModelError) {
    precondition(count > 0 && count < tokens.count, "the first token has nothing before it")
    guard tokens.count - 1 <= maximumSequenceLength else {
      throw .sequenceTooLong(found: tokens.count - 1, maximum: maximumSequenceLength)
    }
    try check(tokens)
  }
}
