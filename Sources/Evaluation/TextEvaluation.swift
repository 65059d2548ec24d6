import GPT2Communication
import GPT2Tokens
import GPT2Transformer

/// How well a model predicts a text that it was not trained on.
package enum TextEvaluation {
  /// Scores the tokens of `file`, window by window.
  ///
  /// - Parameters:
  ///   - windows: Of no more targets than the file has tokens after its first.
  ///   - tokenizer: That of the file, to count bytes by; its vocabulary is the model's.
  ///   - communicator: The processes that share the windows; all get the same score.
  ///   - isInterrupted: Asked before each window, or as many as there are processes; once one of these says yes, the score is
  ///     what there is so far.
  ///   - observing: Called after each window.
  /// - Throws: `EvaluationError` if a loss is not finite; `ModelError` if a window or a token does not fit the
  ///   model; `CommunicationError`; what `observing` throws.
  package static func score(
    _ file: TokenFile, in windows: Windows, by scorer: some SequenceScorer, tokenizer: Tokenizer? = nil,
    sharedBy communicator: any Communicator = OneProcess(), isInterrupted: () -> Bool = { false },
    observing observe: (TextScore) throws -> Void = { _ in }
  ) throws -> TextScore {
    let clock = ContinuousClock()
    let start = clock.now
    var score = TextScore(targets: windows.targets, countingBytes: tokenizer != nil)
    try SharedScoring(communicator: communicator).score(
      windows, width: windows.length, isInterrupted: isInterrupted
    ) { window in
      let scores = try scorer.scores(of: file.load(window.tokens), last: window.count)
      try scores.checkFinite()
      return scores.map { Double($0.loss) }
    } take: { window, losses in
      for (token, loss) in zip(file.load(window.tokens).suffix(window.count), losses) {
        score.add(loss, bytes: tokenizer?.textBytes(of: Int(token)))
      }
      score.seconds = (clock.now - start) / .seconds(1)
      try observe(score)
    }
    return score
  }
}

extension Tokenizer {
  /// The bytes of text that a token stands for; end-of-text is a mark between texts, and stands for none.
  fileprivate func textBytes(of token: Int) -> Int {
    token == endOfText ? 0 : bytes(of: token).count
  }
}

/// What is known of a text so far.
package struct TextScore: Equatable, Sendable {
  /// The tokens to be scored in all.
  package let targets: Int
  /// How many of them have been.
  package private(set) var scored = 0
  /// The sum of their cross-entropies, in nats.
  package private(set) var totalLoss = 0.0
  /// The bytes of text that they stand for, if a tokenizer was given: end-of-text tokens stand for none, though
  /// their losses count. The text's first token is no target, and neither are its bytes counted.
  package private(set) var bytes: Int?
  /// The time taken.
  package internal(set) var seconds = 0.0

  init(targets: Int, countingBytes: Bool) {
    self.targets = targets
    bytes = countingBytes ? 0 : nil
  }

  mutating func add(_ loss: Double, bytes count: Int?) {
    scored += 1
    totalLoss += loss
    if let count { bytes? += count }
  }

  /// Whether it was interrupted.
  package var isPartial: Bool { scored < targets }

  /// The mean cross-entropy in nats a token; NaN before the first.
  package var loss: Double { totalLoss / Double(scored) }

  /// exp(loss)
  package var perplexity: Double { exponential(loss) }

  /// Σ losses ÷ (ln 2 · bytes): does not depend on how a tokenizer cuts the text. `nil` without one, and where
  /// all is end-of-text.
  package var bitsPerByte: Double? {
    guard let bytes, bytes > 0 else { return nil }
    return totalLoss / (natsPerBit * Double(bytes))
  }

  /// Tokens scored in a second; tokens that are only seen again, in overlapping windows, do not count.
  package var tokensPerSecond: Double { Double(scored) / seconds }
}
