import GPT2Communication
import GPT2Tokens
import GPT2Transformer

/// How well a model predicts answers, given their questions.
package enum InstructionEvaluation {
  /// Scores the answers of `examples`: each as a whole, with all that comes before it.
  ///
  /// - Parameters:
  ///   - examples: Of no more positions than the model has.
  ///   - communicator: The processes that share the examples; all get the same score.
  ///   - isInterrupted: Asked before each example, or as many as there are processes; once one of these says yes, the score is
  ///     what there is so far.
  ///   - observing: Called after each example.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError` if an example does not fit the model;
  ///   `CommunicationError`; what `observing` throws.
  package static func score(
    _ examples: [InstructionExample], by scorer: some SequenceScorer,
    sharedBy communicator: any Communicator = OneProcess(), isInterrupted: () -> Bool = { false },
    observing observe: (InstructionScore) throws -> Void = { _ in }
  ) throws -> InstructionScore {
    let clock = ContinuousClock()
    let start = clock.now
    var score = InstructionScore(examples: examples.count)
    try SharedScoring(communicator: communicator).score(
      examples, width: 3, isInterrupted: isInterrupted
    ) { example in
      // Nothing before the first answer is scored.
      let first = example.isLearnt.firstIndex(of: true) ?? example.tokens.count
      let count = example.tokens.count - first
      let scores = count > 0 ? try scorer.scores(of: example.tokens, last: count) : []
      try scores.checkFinite()
      let learnt = zip(scores, example.isLearnt[first...]).filter(\.1).map(\.0)
      return [Double(learnt.count), learnt.totalLoss, learnt.allSatisfy(\.isGreatest) ? 1 : 0]
    } take: { _, found in
      score.scored += 1
      score.tokens += Int(found[0])
      score.totalLoss += found[1]
      score.correct += Int(found[2])
      score.seconds = (clock.now - start) / .seconds(1)
      try observe(score)
    }
    return score
  }
}

/// What is known of answers so far.
package struct InstructionScore: Equatable, Sendable {
  /// The examples to be scored in all.
  package let examples: Int
  /// How many of them have been.
  package internal(set) var scored = 0
  /// The tokens of their answers, each answer's end-of-text token included.
  package internal(set) var tokens = 0
  /// The sum of those tokens' cross-entropies, in nats.
  package internal(set) var totalLoss = 0.0
  /// Those examples of which greedy decoding takes every token of the answers, given the right ones before it.
  package internal(set) var correct = 0
  /// The time taken.
  package internal(set) var seconds = 0.0

  init(examples: Int) { self.examples = examples }

  /// Whether it was interrupted.
  package var isPartial: Bool { scored < examples }

  /// The mean cross-entropy in nats a token of the answers; NaN before the first.
  package var loss: Double { totalLoss / Double(tokens) }

  /// exp(loss)
  package var perplexity: Double { exponential(loss) }

  /// The share of `correct`; NaN before the first.
  package var accuracy: Double { Double(correct) / Double(scored) }
}
