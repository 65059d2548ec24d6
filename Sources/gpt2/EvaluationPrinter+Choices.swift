import GPT2Evaluation
import GPT2Terminal

// Multiple-choice files.
extension EvaluationPrinter {
  mutating func show(_ score: ChoiceScore, of path: String) {
    show(
      path, score.scored, of: score.examples,
      [
        "accuracy \(Numbers.fixed(score.accuracy, 4))",
        "normalised \(Numbers.fixed(score.normalisedAccuracy, 4))",
      ],
      seconds: score.seconds)
  }

  mutating func print(_ score: ChoiceScore, of path: String) throws {
    guard isWorthPrinting(path, score.scored, of: score.examples, "examples") else { return }
    try output(
      ChoiceRecord(score, path), path,
      [
        ("examples", count(score.scored, of: score.examples)),
        ("accuracy", Numbers.fixed(score.accuracy, 4)),
        ("normalised accuracy", Numbers.fixed(score.normalisedAccuracy, 4)),
        ("contexts cut", share(score.cut, of: score.scored)),
      ])
  }
}

/// What `evaluate --json` prints of a multiple-choice file.
private struct ChoiceRecord: Encodable {
  let kind = "choices"
  let file: String
  let partial: Bool
  /// To be scored in all, and scored.
  let examples: Int
  let scored: Int
  let likeliest: Int
  let accuracy: Double
  let likeliestByToken: Int
  let normalisedAccuracy: Double
  let contextsCut: Int
  let seconds: Double

  init(_ score: ChoiceScore, _ path: String) {
    file = path
    partial = score.isPartial
    examples = score.examples
    scored = score.scored
    likeliest = score.likeliest
    accuracy = score.accuracy
    likeliestByToken = score.likeliestByToken
    normalisedAccuracy = score.normalisedAccuracy
    contextsCut = score.cut
    seconds = score.seconds
  }
}
