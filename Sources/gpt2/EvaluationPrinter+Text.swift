import GPT2Evaluation
import GPT2Terminal

// Token files.
extension EvaluationPrinter {
  mutating func show(_ score: TextScore, of path: String) {
    show(
      path, score.scored, of: score.targets,
      [
        "loss \(Numbers.fixed(score.loss, 4))", "\(Numbers.fixed(score.tokensPerSecond, 0)) tokens/s",
      ],
      seconds: score.seconds)
  }

  mutating func print(_ score: TextScore, of path: String, _ windows: Windows) throws {
    guard isWorthPrinting(path, score.scored, of: score.targets, "tokens") else { return }
    var rows = [
      ("tokens", count(score.scored, of: score.targets)),
      ("windows", "\(windows.length) tokens, stride \(windows.stride)"),
      ("loss", Numbers.fixed(score.loss, 4)),
      ("perplexity", Numbers.fixed(score.perplexity, 2)),
    ]
    if let bits = score.bitsPerByte, let bytes = score.bytes {
      rows.append(("bits per byte", "\(Numbers.fixed(bits, 4)) (\(bytes) bytes)"))
    }
    rows.append(("tokens/s", Numbers.fixed(score.tokensPerSecond, 1)))
    try output(TextRecord(score, path, windows), path, rows)
  }
}

/// What `evaluate --json` prints of a token file.
private struct TextRecord: Encodable {
  let kind = "text"
  let file: String
  let partial: Bool
  /// To be scored in all, and scored.
  let tokens: Int
  let scored: Int
  let sequenceLength: Int
  let stride: Int
  let loss: Double
  let perplexity: Double
  let bytes: Int?
  let bitsPerByte: Double?
  let seconds: Double
  let tokensPerSecond: Double

  init(_ score: TextScore, _ path: String, _ windows: Windows) {
    file = path
    partial = score.isPartial
    tokens = score.targets
    scored = score.scored
    sequenceLength = windows.length
    stride = windows.stride
    loss = score.loss
    perplexity = score.perplexity
    bytes = score.bytes
    bitsPerByte = score.bitsPerByte
    seconds = score.seconds
    tokensPerSecond = score.tokensPerSecond
  }
}
