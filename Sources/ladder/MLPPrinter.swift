import GPT2Lessons
import GPT2Terminal

/// What `ladder mlp` prints.
struct MLPPrinter {
  let results: NeuralNGramResults
  /// Those that were asked for.
  let contexts: [[Int]]
  /// The largest from the trace of the original, if there is one.
  let difference: Double?

  var lines: [String] {
    let losses = results.comparison.losses
    var lines = ["step    training  validation"]
    lines += milestones.map {
      Columns.padded("\($0.step)", 8) + Columns.padded(Numbers.fixed($0.trainingLoss, 4), 10)
        + Numbers.fixed($0.validationLoss, 4)
    }
    lines.append("test loss " + Numbers.fixed(results.testLoss, 6))
    if let difference {
      lines.append("largest difference from the original: " + Numbers.scientific(Float(difference)))
    }
    lines += ["", "validation loss, by how often the training names have the context"]
    lines.append(row("", "letters", "MLP", "counting"))
    lines += results.comparison.familiarities.map { row($0.name, $0.losses) }
    lines += [row("all", losses), ""]
    lines.append(row("after", "seen", "MLP", "counting") + "  likeliest by the MLP, by counting; came")
    lines += results.shownContexts(contexts).map(line)
    return lines + ["", "names by the MLP", results.sample]
  }

  /// The first evaluation, the last, and about ten between.
  private var milestones: [NeuralNGramEvaluation] {
    let evaluations = results.evaluations
    let every = max(1, evaluations.count / 10)
    return evaluations.enumerated()
      .filter { $0.offset.isMultiple(of: every) || $0.offset == evaluations.count - 1 }.map(\.element)
  }

  private func row(_ name: String, _ losses: MeanLosses) -> String {
    row(name, "\(losses.windows)", Numbers.fixed(losses.neural, 4), Numbers.fixed(losses.counting, 4))
  }

  private func row(_ name: String, _ count: String, _ neural: String, _ counting: String) -> String {
    Columns.padded(name, 10) + Columns.padded(count, 10) + Columns.padded(neural, 10) + counting
  }

  private func line(_ context: ContextComparison) -> String {
    let count = Double(context.occurrences)
    let loss = { (sum: Double) in context.occurrences == 0 ? "-" : Numbers.fixed(sum / count, 4) }
    let came = context.frequencies.map { likeliest($0) } ?? "nothing"
    return row(
      results.vocabulary.shown(context.tokens), "\(context.seen)", loss(context.neuralSum),
      Columns.padded(loss(context.countingSum), 8))
      + "  \(likeliest(context.neural)), \(likeliest(context.counting)); \(came)"
  }

  /// "a 41 %"
  private func likeliest(_ probabilities: [Double]) -> String {
    guard let token = probabilities.indices.max(by: { probabilities[$0] < probabilities[$1] }) else {
      return ""
    }
    return "\(results.vocabulary.shown([token])) \(Numbers.fixed(probabilities[token] * 100, 0)) %"
  }

  // MARK: As JSON

  struct Summary: Encodable {
    let evaluations: [NeuralNGramEvaluation]
    let testLoss: Double
    let parameters: Int
    let counts: Int
    let validation: Losses
    let familiarities: [Losses]
    let contexts: [Context]
    let sample: String
    let countingSample: String
    let largestDifference: Double?
  }

  struct Losses: Encodable {
    let seen: String?
    let windows: Int
    let mlp: Double
    let counting: Double

    init(_ losses: MeanLosses, seen: String? = nil) {
      self.seen = seen
      windows = losses.windows
      mlp = losses.neural
      counting = losses.counting
    }
  }

  struct Context: Encodable {
    let context: String
    let seen: Int
    /// Probabilities, and how often it came, by letter.
    let mlp: [String: Double]
    let counting: [String: Double]
    let followed: [String: Int]
  }

  var summary: Summary {
    Summary(
      evaluations: results.evaluations, testLoss: results.testLoss, parameters: results.shape.parameterCount,
      counts: results.countedNumbers, validation: Losses(results.comparison.losses),
      familiarities: results.comparison.familiarities.map { Losses($0.losses, seen: $0.name) },
      contexts: results.shownContexts(contexts).map { context in
        Context(
          context: results.vocabulary.shown(context.tokens), seen: context.seen,
          mlp: byLetter(context.neural),
          counting: byLetter(context.counting), followed: byLetter(context.followed))
      }, sample: results.sample, countingSample: results.countingSample, largestDifference: difference)
  }

  private func byLetter<Value>(_ values: [Value]) -> [String: Value] {
    Dictionary(uniqueKeysWithValues: values.enumerated().map { (results.vocabulary.shown([$0]), $1) })
  }
}
