extension RunHistory {
  /// The numbers of a run as a table: comma-separated values with a line of names first (RFC 4180), one line a step
  /// at which anything was measured, in ascending order. What was not measured there is empty.
  ///
  /// Losses are in nats, the accuracy is from 0 to 1, other units are those of `RunRecord`. Numbers have as many
  /// digits as it takes to tell them from all others of their precision.
  package var csv: String {
    let columns = self.columns.filter { !$0.values.isEmpty || !$0.isRare }
    let steps = Set(columns.flatMap { $0.values.keys }).sorted()
    var text = (["step"] + columns.map(\.name)).joined(separator: ",") + "\n"
    for step in steps {
      let numbers = columns.map { column in column.text(step) }
      text += ([String(step)] + numbers).joined(separator: ",") + "\n"
    }
    return text
  }

  private struct Column {
    let name: String
    let values: [Int: Double]
    /// Whether they were recorded in single precision.
    let isSingle: Bool
    /// Whether a run that has no such numbers does without the column.
    var isRare: Bool { name.hasPrefix("ema_") }

    /// - Parameter pairs: A step comes once, but a damaged log may have it twice; then the last holds.
    init(_ name: String, _ pairs: [(Int, Double?)], isSingle: Bool = true) {
      self.name = name
      self.isSingle = isSingle
      values = Dictionary(pairs.compactMap { step, value in value.map { (step, $0) } }) { $1 }
    }

    func text(_ step: Int) -> String {
      values[step].map { isSingle ? "\(Float($0))" : "\($0)" } ?? ""
    }
  }

  private var columns: [Column] {
    func updates(_ name: String, _ value: KeyPath<Update, Double?>, isSingle: Bool = true) -> Column {
      Column(name, self.updates.map { ($0.step, $0[keyPath: value]) }, isSingle: isSingle)
    }
    return [
      Column("loss", self.updates.map { ($0.step, $0.loss) }),
      updates("learning_rate", \.learningRate), updates("gradient_norm", \.gradientNorm),
      updates("milliseconds", \.milliseconds, isSingle: false),
      updates("tokens_per_second", \.tokensPerSecond, isSingle: false),
      updates("gigaflops", \.gigaflops, isSingle: false),
      Column("validation_loss", validations.map { ($0.step, $0.value) }),
      Column("ema_validation_loss", averageValidations.map { ($0.step, $0.value) }),
      Column("accuracy", accuracies.map { ($0.step, $0.value) }, isSingle: false),
    ]
  }
}
