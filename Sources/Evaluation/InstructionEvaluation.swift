import Tokens
import Transformer

/// How well a model predicts answers, given their questions.
public enum InstructionEvaluation {
  /// Scores the answers of `examples`: each as a whole, with all that comes before it.
  ///
  /// - Parameters:
  ///   - examples: Of no more positions than the model has.
  ///   - isInterrupted: Asked before each example; once it says yes, the score is what there is so far.
  ///   - observing: Called after each example.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError` if an example does not fit the model; what
  ///   `observing` throws.
  public static func score(
    _ examples: [InstructionExample], by scorer: some SequenceScorer, isInterrupted: () -> Bool = { false },
    observing observe: (InstructionScore) throws -> Void = { _ in }
  ) throws -> InstructionScore {
    let clock = ContinuousClock()
    let start = clock.now
    var score = InstructionScore(examples: examples.count)
    for example in examples {
      if isInterrupted() { break }
      // Nothing before the first answer is scored.
      let first = example.isLearnt.firstIndex(of: true) ?? example.tokens.count
      let count = example.tokens.count - first
      let scores = count > 0 ? try scorer.scores(of: example.tokens, last: count) : []
      score.add(zip(scores, example.isLearnt[first...]).filter(\.1).map(\.0))
      try scores.checkFinite()
      score.seconds = (clock.now - start) / .seconds(1)
      try observe(score)
    }
    return score
  }
}

/// What is known of answers so far.
public struct InstructionScore: Equatable, Sendable {
  /// The examples to be scored in all.
  public let examples: Int
  /// How many of them have been.
  public private(set) var scored = 0
  /// The tokens of their answers, each answer's end-of-text token included.
  public private(set) var tokens = 0
  /// The sum of those tokens' cross-entropies, in nats.
  public private(set) var totalLoss = 0.0
  /// Those examples of which greedy decoding takes every token of the answers, given the right ones before it.
  public private(set) var correct = 0
  /// The time taken.
  public internal(set) var seconds = 0.0

  init(examples: Int) { self.examples = examples }

  mutating func add(_ scores: [TokenScore]) {
    scored += 1
    tokens += scores.count
    totalLoss += scores.totalLoss
    if scores.allSatisfy(\.isGreatest) { correct += 1 }
  }

  /// Whether it was interrupted.
  public var isPartial: Bool { scored < examples }

  /// The mean cross-entropy in nats a token of the answers; NaN before the first.
  public var loss: Double { totalLoss / Double(tokens) }

  /// exp(loss)
  public var perplexity: Double { exponential(loss) }

  /// The share of `correct`; NaN before the first.
  public var accuracy: Double { Double(correct) / Double(scored) }
}
