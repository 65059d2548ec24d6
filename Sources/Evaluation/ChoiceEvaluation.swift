import Tokens
import Transformer

/// Whether a model finds the right completion likelier than the wrong ones: HellaSwag, MMLU.
public enum ChoiceEvaluation {
  /// Scores the first `count` examples of `file`.
  ///
  /// - Parameters:
  ///   - count: At least 1, no more than there are.
  ///   - isInterrupted: Asked before each example; once it says yes, the score is what there is so far.
  ///   - observing: Called after each example.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError` if an example does not fit the model: see
  ///   `ChoiceFile.check`; what `observing` throws.
  public static func score(
    _ file: ChoiceFile, first count: Int, by scorer: some SequenceScorer,
    isInterrupted: () -> Bool = { false }, observing observe: (ChoiceScore) throws -> Void = { _ in }
  ) throws -> ChoiceScore {
    let clock = ContinuousClock()
    let start = clock.now
    var score = ChoiceScore(examples: count)
    for example in file.examples[..<count] {
      if isInterrupted() { break }
      let completions = try example.completions.map { try scorer.scores(of: $0, after: example.context) }
      let losses = completions.map(\.scores.totalLoss)
      let means = zip(losses, example.completions).map { $0 / Double($1.count) }
      score.scored += 1
      if losses.indexOfLeast == example.label { score.likeliest += 1 }
      if means.indexOfLeast == example.label { score.likeliestByToken += 1 }
      if completions.contains(where: \.isCut) { score.cut += 1 }
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
public struct ChoiceScore: Equatable, Sendable {
  /// The examples to be scored in all.
  public let examples: Int
  /// How many of them have been.
  public internal(set) var scored = 0
  /// Those whose right completion has the lowest sum of losses: the likeliest as a whole.
  public internal(set) var likeliest = 0
  /// Those whose right completion has the lowest mean loss over its tokens, which llm.c's accuracy counts: short
  /// completions are not favoured.
  public internal(set) var likeliestByToken = 0
  /// Those of which some of the context did not fit the model and was left out.
  public internal(set) var cut = 0
  /// The time taken.
  public internal(set) var seconds = 0.0

  init(examples: Int) { self.examples = examples }

  /// Whether it was interrupted.
  public var isPartial: Bool { scored < examples }

  /// The share of `likeliest`; NaN before the first.
  public var accuracy: Double { Double(likeliest) / Double(scored) }

  /// The share of `likeliestByToken`; NaN before the first.
  public var normalisedAccuracy: Double { Double(likeliestByToken) / Double(scored) }
}
