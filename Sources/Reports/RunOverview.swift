import Charts
import Platform

/// A run in a few numbers.
public struct RunOverview: Encodable, Equatable, Sendable {
  public struct Validation: Encodable, Equatable, Sendable {
    public let step: Int
    /// In nats.
    public let loss: Double
    /// exp(loss)
    public let perplexity: Double

    init(_ measurement: RunHistory.Measurement) {
      step = measurement.step
      loss = measurement.value
      perplexity = exp(measurement.value)
    }
  }

  public struct Accuracy: Encodable, Equatable, Sendable {
    public let step: Int
    /// From 0 to 1.
    public let accuracy: Double
  }

  /// Validation got worse while training went on getting better.
  public struct Overfitting: Encodable, Equatable, Sendable {
    public let bestStep: Int
    /// What the validation loss has risen by since, and the smoothed training loss fallen by; both in nats.
    public let rise: Double
    public let fall: Double
  }

  /// The run directory's own name.
  public let name: String
  /// metrics.jsonl or main.log.
  public let source: String
  /// The step that the run has come to, and the updates that were made.
  public let step: Int
  public let updates: Int
  public let skipped: Int
  public let resumes: Int
  /// Updates that were made again after a resume, or are still to be.
  public let lostUpdates: Int
  /// Why the run ended; absent while it goes on, and if it was killed.
  public let ending: String?
  /// Learnt from in all updates; absent if the source does not say.
  public let tokens: Int?
  /// That all updates together took.
  public let seconds: Double?
  /// Of all updates but the first, which touches all memory for the first time.
  public let medianTokensPerSecond: Double?
  public let medianGigaflops: Double?
  /// The last one's, and its moving average over `smoothingSpan` updates.
  public let trainingLoss: Double?
  public let smoothedTrainingLoss: Double?
  public let smoothingSpan: Int
  public let lastValidation: Validation?
  public let bestValidation: Validation?
  public let lastAccuracy: Accuracy?
  public let bestAccuracy: Accuracy?
  public let overfitting: Overfitting?

  /// - Parameter name: What to call the run.
  public init(_ history: RunHistory, name: String) {
    self.name = name
    source = history.source.rawValue
    step = history.lastStep
    updates = history.updateCount
    skipped = history.skippedCount
    resumes = history.resumes.count
    lostUpdates = history.lostUpdates
    ending = history.ending.map { $0.reason ?? "without a reason" }
    let totals = history.totals
    tokens = totals.count > 0 ? totals.tokens.flatMap { Int(exactly: $0) } : nil
    seconds = totals.count > 0 ? totals.milliseconds.map { $0 / 1000 } : nil
    medianTokensPerSecond = totals.tokensPerSecond.median
    medianGigaflops = totals.gigaflops.median
    let kept = history.updates
    trainingLoss = kept.last?.loss
    smoothingSpan = history.smoothingSpan
    let smoothed =
      history.isLong
      ? kept.compactMap { $0.averages?.loss }
      : Smoothing.exponential(kept.map(\.loss), span: Double(smoothingSpan))
    smoothedTrainingLoss = smoothed.last
    let best = history.validations.filter { $0.value.isFinite }.min { $0.value < $1.value }
    lastValidation = history.validations.last.map(Validation.init)
    bestValidation = best.map(Validation.init)
    lastAccuracy = history.accuracies.last.map { Accuracy(step: $0.step, accuracy: $0.value) }
    bestAccuracy = history.accuracies.filter { $0.value.isFinite }.max { $0.value < $1.value }
      .map { Accuracy(step: $0.step, accuracy: $0.value) }
    overfitting = Self.overfitting(history, kept, smoothed, best: best)
  }

  /// How far it has come, in words.
  var state: String {
    switch (RunHistory.Source(rawValue: source), ending) {
    case (.mainLog, _): "logged up to step \(NumberText.grouped(step))"
    // "finished", "interrupted", or what went wrong.
    case (_, let reason?): reason.contains(" ") ? "ended: \(reason)" : reason
    case (_, nil): "no end recorded: it is under way, or was killed"
    }
  }

  /// A validation loss is a mean over a few batches, so that only a rise by a hundredth of it counts.
  private static func overfitting(
    _ history: RunHistory, _ updates: [RunHistory.Update], _ smoothed: [Double], best: RunHistory.Measurement?
  ) -> Overfitting? {
    guard let best, let last = history.validations.last, last.value - best.value > 0.01 * abs(best.value),
      let index = updates.lastIndex(where: { $0.step <= best.step }),
      let lastIndex = updates.lastIndex(where: { $0.step <= last.step })
    else { return nil }
    let fall = smoothed[index] - smoothed[lastIndex]
    guard fall > 0 else { return nil }
    return Overfitting(bestStep: best.step, rise: last.value - best.value, fall: fall)
  }
}
