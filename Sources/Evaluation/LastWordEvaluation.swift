import Tokens
import Transformer

/// Whether a model knows the last word of a text: LAMBADA.
public enum LastWordEvaluation {
  /// Scores the first `count` examples of `file`.
  ///
  /// - Parameters:
  ///   - count: At least 1, no more than there are.
  ///   - isInterrupted: Asked before each example; once it says yes, the score is what there is so far.
  ///   - observing: Called after each example.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError` if a token does not fit the model; what
  ///   `observing` throws.
  public static func score(
    _ file: LastWordFile, first count: Int, by scorer: some SequenceScorer,
    isInterrupted: () -> Bool = { false }, observing observe: (LastWordScore) throws -> Void = { _ in }
  ) throws -> LastWordScore {
    let clock = ContinuousClock()
    let start = clock.now
    var score = LastWordScore(examples: count)
    for example in file.examples[..<count] {
      if isInterrupted() { break }
      let (scores, isCut) = try scorer.scores(of: example.word, after: example.context)
      score.scored += 1
      score.totalLoss += scores.totalLoss
      if scores.allSatisfy(\.isGreatest) { score.correct += 1 }
      if isCut { score.cut += 1 }
      score.seconds = (clock.now - start) / .seconds(1)
      try observe(score)
    }
    return score
  }
}

/// What is known of last words so far.
public struct LastWordScore: Equatable, Sendable {
  /// The examples to be scored in all.
  public let examples: Int
  /// How many of them have been.
  public internal(set) var scored = 0
  /// Those of which greedy decoding takes every token of the word, given the right ones before it.
  public internal(set) var correct = 0
  /// Those of which some of the context did not fit the model and was left out.
  public internal(set) var cut = 0
  /// The sum of −log p of the words, each as a whole, in nats.
  public internal(set) var totalLoss = 0.0
  /// The time taken.
  public internal(set) var seconds = 0.0

  init(examples: Int) { self.examples = examples }

  /// Whether it was interrupted.
  public var isPartial: Bool { scored < examples }

  /// The share of `correct`; NaN before the first.
  public var accuracy: Double { Double(correct) / Double(scored) }

  /// exp of the mean over examples, not tokens, of −log p of the word: as lm-evaluation-harness has it.
  public var perplexity: Double { exponential(totalLoss / Double(scored)) }
}
