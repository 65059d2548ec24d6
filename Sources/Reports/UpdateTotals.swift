import GPT2Charts

/// What is known of all updates of a run, those that are kept no more included.
struct UpdateTotals: Sendable {
  private(set) var count = 0
  /// `nil` if one of the updates does not say.
  private(set) var tokens: Double? = 0
  private(set) var milliseconds: Double? = 0
  /// Of all updates but the first, which touches all memory for the first time.
  private(set) var tokensPerSecond = MedianSample()
  private(set) var gigaflops = MedianSample()
  /// Those whose loss is no finite number, and the first of them.
  private(set) var gaps = 0
  private(set) var firstGap: Int?
  private var averages = (loss: Average(), norm: Average(), speed: Average(), work: Average())

  /// Counts one more.
  ///
  /// - Parameter span: Of the moving averages.
  /// - Returns: The averages up to it.
  mutating func add(_ update: RunHistory.Update, span: Double) -> RunHistory.Averages {
    count += 1
    tokens = tokens.flatMap { sum in update.tokens.map { sum + $0 } }
    milliseconds = milliseconds.flatMap { sum in update.milliseconds.map { sum + $0 } }
    tokensPerSecond.add(update.tokensPerSecond)
    gigaflops.add(update.gigaflops)
    if !update.loss.isFinite {
      gaps += 1
      firstGap = firstGap ?? update.step
    }
    return RunHistory.Averages(
      loss: averages.loss.add(update.loss, span: span),
      gradientNorm: update.gradientNorm.map { averages.norm.add($0, span: span) },
      tokensPerSecond: update.tokensPerSecond.map { averages.speed.add($0, span: span) },
      gigaflops: update.gigaflops.map { averages.work.add($0, span: span) })
  }
}

/// `Smoothing.exponential` of values that come one after the other.
private struct Average: Sendable {
  private var (sum, weights) = (0.0, 0.0)

  mutating func add(_ value: Double, span: Double) -> Double {
    guard value.isFinite else { return value }
    let keep = 1 - 2 / (max(span, 1) + 1)
    sum = keep * sum + value
    weights = keep * weights + 1
    return sum / weights
  }
}

/// The median of all values but the first; of very many, that of every second, fourth and so on.
struct MedianSample: Sendable {
  private static let limit = 32_768
  private var first: Double?
  private var values: [Double] = []
  private var (count, stride) = (0, 1)

  mutating func add(_ value: Double?) {
    count += 1
    guard let value, value.isFinite else { return }
    guard count > 1 else {
      first = value
      return
    }
    guard count.isMultiple(of: stride) else { return }
    values.append(value)
    guard values.count > Self.limit else { return }
    values = values.indices.filter { $0.isMultiple(of: 2) }.map { values[$0] }
    stride *= 2
  }

  var median: Double? {
    guard count > 1 else { return first }
    return values.isEmpty ? nil : values.sorted()[values.count / 2]
  }
}
