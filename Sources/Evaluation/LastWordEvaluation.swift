import GPT2Communication
import GPT2Tokens
import GPT2Transformer

/// Whether a model knows the last word of a text: LAMBADA.
package enum LastWordEvaluation {
  /// Scores the first `count` examples of `file`.
  ///
  /// - Parameters:
  ///   - count: At least 1, no more than there are.
  ///   - communicator: The processes that share the examples; all get the same score.
  ///   - isInterrupted: Asked before each example, or as many as there are processes; once one of these says yes, the score is
  ///     what there is so far.
  ///   - observing: Called after each example.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError` if a token does not fit the model;
  ///   `CommunicationError`; what `observing` throws.
  package static func score(
    _ file: LastWordFile, first count: Int, by scorer: some SequenceScorer,
    sharedBy communicator: any Communicator = OneProcess(), isInterrupted: () -> Bool = { false },
    observing observe: (LastWordScore) throws -> Void = { _ in }
  ) throws -> LastWordScore {
    let clock = ContinuousClock()
    let start = clock.now
    var score = LastWordScore(examples: count)
    try SharedScoring(communicator: communicator).score(
      file.examples[..<count], width: 3, isInterrupted: isInterrupted
    ) { example in
      let (scores, isCut) = try scorer.scores(of: example.word, after: example.context)
      return [scores.totalLoss, scores.allSatisfy(\.isGreatest) ? 1 : 0, isCut ? 1 : 0]
    } take: { _, found in
      score.scored += 1
      score.totalLoss += found[0]
      score.correct += Int(found[1])
      score.cut += Int(found[2])
      score.seconds = (clock.now - start) / .seconds(1)
      try observe(score)
    }
    return score
  }
}

/// What is known of last words so far.
package struct LastWordScore: Equatable, Sendable {
  /// The examples to be scored in all.
  package let examples: Int
  /// How many of them have been.
  package internal(set) var scored = 0
  /// Those of which greedy decoding takes every token of the word, given the right ones before it.
  package internal(set) var correct = 0
  /// Those of which some of the context did not fit the model and was left out.
  package internal(set) var cut = 0
  /// The sum of −log p of the words, each as a whole, in nats.
  package internal(set) var totalLoss = 0.0
  /// The time taken.
  package internal(set) var seconds = 0.0

  init(examples: Int) { self.examples = examples }

  /// Whether it was interrupted.
  package var isPartial: Bool { scored < examples }

  /// The share of `correct`; NaN before the first.
  package var accuracy: Double { Double(correct) / Double(scored) }

  /// exp of the mean over examples, not tokens, of −log p of the word: as lm-evaluation-harness has it.
  package var perplexity: Double { exponential(totalLoss / Double(scored)) }
}
