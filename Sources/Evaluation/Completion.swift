import GPT2Transformer

extension SequenceScorer {
  /// Scores `completion`, token by token, after `context`.
  ///
  /// Where the two are more than the maxT + 1 tokens that can be scored together, the context's first tokens are
  /// left out, as lm-evaluation-harness does.
  ///
  /// - Parameters:
  ///   - completion: 1 to maxT tokens.
  ///   - context: At least 1 token.
  /// - Returns: The scores, and whether some of the context was left out.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError`.
  func scores(
    of completion: [Int32], after context: [Int32]
  ) throws -> (scores: [TokenScore], isCut: Bool) {
    let longest = configuration.maximumSequenceLength + 1
    let whole = context + completion
    let scores = try scores(of: whole.suffix(longest), last: completion.count)
    try scores.checkFinite()
    return (scores, isCut: whole.count > longest)
  }
}

extension [TokenScore] {
  /// - Throws: `EvaluationError` with the first loss that is not finite.
  func checkFinite() throws(EvaluationError) {
    guard let score = first(where: { !$0.loss.isFinite }) else { return }
    throw EvaluationError(loss: score.loss)
  }

  /// −log p of all of them together, in nats.
  var totalLoss: Double { reduce(0) { $0 + Double($1.loss) } }
}
