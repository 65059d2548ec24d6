import GPT2Communication
import GPT2Tokens
import GPT2Transformer

/// Whether a model finds the right completion likelier than the wrong ones: HellaSwag, MMLU.
package enum ChoiceEvaluation {
  /// Scores the first `count` examples of `file`.
  ///
  /// - Parameters:
  ///   - count: At least 1, no more than there are.
  ///   - communicator: The processes that share the examples; all get the same score.
  ///   - isInterrupted: Asked before each example, or as many as there are processes; once one of these says yes, the score
  ///     is what there is so far.
  ///   - observing: Called after each example.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError` if an example does not fit the model: see
  ///   `ChoiceFile.check`; `CommunicationError`; what `observing` throws.
  package static func score(
    _ file: ChoiceFile, first count: Int, by scorer: some SequenceScorer,
    sharedBy communicator: any Communicator = OneProcess(), isInterrupted: () -> Bool = { false },
    observing observe: (ChoiceScore) throws -> Void = { _ in }
  ) throws -> ChoiceScore {
    let clock = ContinuousClock()
    let start = clock.now
    var score = ChoiceScore(examples: count)
    try SharedScoring(communicator: communicator).score(
      file.examples[..<count], width: 3, isInterrupted: isInterrupted
    ) { example in
      let completions = try example.completions.map { try scorer.scores(of: $0, after: example.context) }
      let losses = completions.map(\.scores.totalLoss)
      let means = zip(losses, example.completions).map { $0 / Double($1.count) }
      return [
        losses.indexOfLeast == example.label, means.indexOfLeast == example.label,
        completions.contains(where: \.isCut),
      ].map { $0 ? 1 : 0 }
    } take: { _, found in
      score.scored += 1
      score.likeliest += Int(found[0])
      score.likeliestByToken += Int(found[1])
      score.cut += Int(found[2])
      score.seconds = (clock.now - start) / .seconds(1)
      try observe(score)
    }
    return score
  }
}

extension [Double] {
  /// Of equals the first, as in llm.c's `evalloader_stat_losses`.
  fileprivate var indexOfLeast: Int? { indices.min { self[$0] < self[$1] } }
}

/// What is known of multiple-choice examples so far.
package struct ChoiceScore: Equatable, Sendable {
  /// The examples to be scored in all.
  package let examples: Int
  /// How many of them have been.
  package internal(set) var scored = 0
  /// Those whose right completion has the lowest sum of losses: the likeliest as a whole.
  package internal(set) var likeliest = 0
  /// Those whose right completion has the lowest mean loss over its tokens, which llm.c's accuracy counts: short
  /// completions are not favoured.
  package internal(set) var likeliestByToken = 0
  /// Those of which some of the context did not fit the model and was left out.
  package internal(set) var cut = 0
  /// The time taken.
  package internal(set) var seconds = 0.0

  init(examples: Int) { self.examples = examples }

  /// Whether it was interrupted.
  package var isPartial: Bool { scored < examples }

  /// The share of `likeliest`; NaN before the first.
  package var accuracy: Double { Double(likeliest) / Double(scored) }

  /// The share of `likeliestByToken`; NaN before the first.
  package var normalisedAccuracy: Double { Double(likeliestByToken) / Double(scored) }
}
