import GPT2Charts
import GPT2Platform

/// A run in a few numbers.
package struct RunOverview: Encodable, Equatable, Sendable {
  package struct Validation: Encodable, Equatable, Sendable {
    package let step: Int
    /// In nats.
    package let loss: Double
    /// exp(loss)
    package let perplexity: Double

    init(_ measurement: RunHistory.Measurement) {
      step = measurement.step
      loss = measurement.value
      perplexity = exp(measurement.value)
    }
  }

  package struct Accuracy: Encodable, Equatable, Sendable {
    package let step: Int
    /// From 0 to 1.
    package let accuracy: Double
  }

  /// Validation got worse while training went on getting better.
  package struct Overfitting: Encodable, Equatable, Sendable {
    package let bestStep: Int
    /// What the validation loss has risen by since, and the smoothed training loss fallen by; both in nats.
    package let rise: Double
    package let fall: Double
  }

  /// The run directory's own name.
  package let name: String
  /// metrics.jsonl or main.log.
  package let source: String
  /// The step that the run has come to, and the updates that were made.
  package let step: Int
  package let updates: Int
  package let skipped: Int
  package let resumes: Int
  /// Updates that were made again after a resume, or are still to be.
  package let lostUpdates: Int
  /// Why the run ended; absent while it goes on, and if it was killed.
  package let ending: String?
  /// Learnt from in all updates; absent if the source does not say.
  package let tokens: Int?
  /// That all updates together took.
  package let seconds: Double?
  /// Of all updates but the first, which touches all memory for the first time.
  package let medianTokensPerSecond: Double?
  package let medianGigaflops: Double?
  /// The last one's, and its moving average over `smoothingSpan` updates.
  package let trainingLoss: Double?
  package let smoothedTrainingLoss: Double?
  package let smoothingSpan: Int
  package let lastValidation: Validation?
  package let bestValidation: Validation?
  package let lastAccuracy: Accuracy?
  package let bestAccuracy: Accuracy?
  package let overfitting: Overfitting?

  /// - Parameter name: What to call the run.
  package init(_ history: RunHistory, name: String) {
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
