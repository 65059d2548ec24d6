import GPT2Evaluation
import GPT2Terminal

// Instructions.
extension EvaluationPrinter {
  mutating func show(_ score: InstructionScore, of path: String) {
    show(
      path, score.scored, of: score.examples, ["loss \(Numbers.fixed(score.loss, 4))"], seconds: score.seconds
    )
  }

  /// - Parameter tooLong: Examples that were left out.
  mutating func print(_ score: InstructionScore, of path: String, tooLong: Int) throws {
    guard isWorthPrinting(path, score.scored, of: score.examples, "examples") else { return }
    try output(
      InstructionScoreRecord(score, path, tooLong: tooLong), path,
      [
        ("examples", count(score.scored, of: score.examples)),
        ("left out", "\(tooLong)"),
        ("answer tokens", "\(score.tokens)"),
        ("loss", Numbers.fixed(score.loss, 4)),
        ("perplexity", Numbers.fixed(score.perplexity, 2)),
        ("greedily right", share(score.correct, of: score.scored)),
      ])
  }
}

/// What `evaluate --json` prints of instructions.
private struct InstructionScoreRecord: Encodable {
  let kind = "instructions"
  let file: String
  let partial: Bool
  /// To be scored in all, and scored.
  let examples: Int
  let scored: Int
  let leftOut: Int
  let answerTokens: Int
  let loss: Double
  let perplexity: Double
  let correct: Int
  let accuracy: Double
  let seconds: Double

  init(_ score: InstructionScore, _ path: String, tooLong: Int) {
    file = path
    partial = score.isPartial
    examples = score.examples
    scored = score.scored
    leftOut = tooLong
    answerTokens = score.tokens
    loss = score.loss
    perplexity = score.perplexity
    correct = score.correct
    accuracy = score.accuracy
    seconds = score.seconds
  }
}
