import GPT2Evaluation
import GPT2Terminal

/// Prints how far an evaluation is, on standard error, and its result: for people, or as one line of JSON.
struct EvaluationPrinter {
  private let asJSON: Bool
  private var progress = ProgressLine()

  init(asJSON: Bool) { self.asJSON = asJSON }

  mutating func clear() { progress.clear() }

  /// "0:25 left | file: 512/2048", and what is known so far, the most important first.
  mutating func show(_ path: String, _ done: Int, of all: Int, _ words: [String], seconds: Double) {
    let left = seconds / Double(done) * Double(all - done)
    let row = Progress(path, done: Double(done) / Double(all), secondsLeft: left).saying("\(done)/\(all)")
    // Of words that are as important the last ones go first.
    progress.show(words.reduce(row) { $0.saying($1, .middle) })
  }

  /// Says on standard error how much of `all` a result is about if that is not all.
  ///
  /// - Returns: Whether there is a result at all.
  mutating func isWorthPrinting(_ path: String, _ done: Int, of all: Int, _ things: String) -> Bool {
    progress.clear()
    if done < all { Diagnostics.write("\(path): stopped after \(done) of \(all) \(things)") }
    return done > 0
  }

  func output(
    _ record: some Encodable, _ path: String, _ rows: [(name: String, value: String)]
  ) throws {
    if asJSON { return try JSON.print(record) }
    let width = 2 + (rows.map(\.name.count).max() ?? 0)
    let lines = rows.map { "  " + $0.name + String(repeating: " ", count: width - $0.name.count) + $0.value }
    try Output.write(([path] + lines).joined(separator: "\n") + "\n", namingPaths: true)
  }

  /// "7", or "7 (4.3 %)".
  func share(_ part: Int, of all: Int) -> String {
    part == 0 ? "0" : "\(part) (\(Numbers.fixed(Double(part) / Double(all) * 100, 1)) %)"
  }

  /// "2048", or "512 of 2048 (partial)".
  func count(_ done: Int, of all: Int) -> String {
    done == all ? "\(all)" : "\(done) of \(all) (partial)"
  }
}
