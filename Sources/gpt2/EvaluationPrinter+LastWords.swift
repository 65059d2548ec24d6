import GPT2Evaluation
import GPT2Terminal

// Last words.
extension EvaluationPrinter {
  mutating func show(_ score: LastWordScore, of path: String) {
    show(
      path, score.scored, of: score.examples,
      [
        "accuracy \(Numbers.fixed(score.accuracy, 4))", "perplexity \(Numbers.fixed(score.perplexity, 2))",
      ],
      seconds: score.seconds)
  }

  mutating func print(_ score: LastWordScore, of path: String) throws {
    guard isWorthPrinting(path, score.scored, of: score.examples, "examples") else { return }
    try output(
      LastWordRecord(score, path), path,
      [
        ("examples", count(score.scored, of: score.examples)),
        ("accuracy", Numbers.fixed(score.accuracy, 4)),
        ("perplexity", Numbers.fixed(score.perplexity, 2)),
        ("contexts cut", share(score.cut, of: score.scored)),
      ])
  }
}

/// What `evaluate --json` prints of last words.
private struct LastWordRecord: Encodable {
  let kind = "lambada"
  let file: String
  let partial: Bool
  /// To be scored in all, and scored.
  let examples: Int
  let scored: Int
  let correct: Int
  let accuracy: Double
  let perplexity: Double
  let contextsCut: Int
  let seconds: Double

  init(_ score: LastWordScore, _ path: String) {
    file = path
    partial = score.isPartial
    examples = score.examples
    scored = score.scored
    correct = score.correct
    accuracy = score.accuracy
    perplexity = score.perplexity
    contextsCut = score.cut
    seconds = score.seconds
  }
}
