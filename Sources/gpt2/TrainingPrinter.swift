import Foundation
import Training

/// Prints what happens during a run: for people, or as one line of JSON an event.
struct TrainingPrinter {
  private let asJSON: Bool
  private var progress = ProgressLine()
  private var summary = RunSummary()

  /// Why standard output takes no more, once it does not; the run goes on without it.
  private(set) var outputFailure: Error?

  init(asJSON: Bool) { self.asJSON = asJSON }

  mutating func show(_ event: TrainingEvent) {
    if asJSON && outputFailure == nil {
      do { try printJSON(event) } catch { outputFailure = error }
    }
    switch event {
    case .step(let report):
      summary.add(report)
      progress.show(Self.line(report), isImportant: report.step == 1 || report.step == report.steps)
    case .validation(let step, let loss):
      progress.clear()
      Diagnostics.write("validation loss after step \(step): \(Numbers.fixed(Double(loss), 4))")
    case .sample(let step, let text):
      progress.clear()
      Diagnostics.write("--- sample after step \(step) ---\n\(text)\n---")
    }
  }

  /// Ends the progress line and sums the run up.
  mutating func end() {
    progress.end()
    if let line = summary.line { Diagnostics.write(line) }
  }

  private static func line(_ report: StepReport) -> String {
    "step \(report.step)/\(report.steps) | loss \(Numbers.fixed(Double(report.loss), 4))"
      + " | norm \(Numbers.fixed(Double(report.gradientNorm), 2))"
      + " | \(Numbers.fixed(report.seconds * 1000, 0)) ms"
      + " | \(Numbers.fixed(report.tokensPerSecond, 0)) tokens/s"
      + " | \(Numbers.fixed(report.gigaflops, 0)) GFLOP/s"
      + " | \(Numbers.duration(report.secondsLeft)) left"
  }

  private func printJSON(_ event: TrainingEvent) throws {
    let record =
      switch event {
      case .step(let report):
        TrainingRecord(
          event: "step", step: report.step, loss: report.loss, learningRate: report.learningRate,
          gradientNorm: report.gradientNorm, milliseconds: report.seconds * 1000,
          tokensPerSecond: report.tokensPerSecond, gigaflops: report.gigaflops)
      case .validation(let step, let loss): TrainingRecord(event: "validation", step: step, loss: loss)
      case .sample(let step, let text): TrainingRecord(event: "sample", step: step, text: text)
      }
    try JSON.print(record)
  }
}

/// One line of `train --json`.
private struct TrainingRecord: Encodable {
  var event: String
  var step: Int
  var loss: Float?
  var learningRate: Float?
  var gradientNorm: Float?
  var milliseconds: Double?
  var tokensPerSecond: Double?
  var gigaflops: Double?
  var text: String?
}
