import Evaluation

/// Prints how far an evaluation is, on standard error, and its result: for people, or as one line of JSON.
struct EvaluationPrinter {
  private let asJSON: Bool
  private var progress = ProgressLine()

  init(asJSON: Bool) { self.asJSON = asJSON }

  mutating func clear() { progress.clear() }

  /// "file: 512 of 2048 done", what is known so far, and the time left.
  private mutating func show(_ path: String, _ done: Int, of all: Int, _ words: String, seconds: Double) {
    let left = seconds / Double(done) * Double(all - done)
    progress.show("\(path): \(done)/\(all) | \(words) | \(Numbers.duration(left)) left")
  }

  /// Says on standard error how much of `all` a result is about if that is not all.
  ///
  /// - Returns: Whether there is a result at all.
  private mutating func isWorthPrinting(_ path: String, _ done: Int, of all: Int, _ things: String) -> Bool {
    progress.clear()
    if done < all { Diagnostics.write("\(path): stopped after \(done) of \(all) \(things)") }
    return done > 0
  }

  private func output(
    _ record: some Encodable, _ path: String, _ rows: [(name: String, value: String)]
  ) throws {
    if asJSON { return try JSON.print(record) }
    let width = 2 + (rows.map(\.name.count).max() ?? 0)
    let lines = rows.map { "  " + $0.name + String(repeating: " ", count: width - $0.name.count) + $0.value }
    try Output.write(([path] + lines).joined(separator: "\n") + "\n")
  }

  /// "2048", or "512 of 2048 (partial)".
  private func count(_ done: Int, of all: Int) -> String {
    done == all ? "\(all)" : "\(done) of \(all) (partial)"
  }
}

// Token files.
extension EvaluationPrinter {
  mutating func show(_ score: TextScore, of path: String) {
    show(
      path, score.scored, of: score.targets,
      "loss \(Numbers.fixed(score.loss, 4)) | \(Numbers.fixed(score.tokensPerSecond, 0)) tokens/s",
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
  /// Scored, and to be scored in all.
  let tokens: Int
  let targets: Int
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
    tokens = score.scored
    targets = score.targets
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
