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

  /// Says what is about to happen.
  mutating func announce(_ setup: TrainingSetup) {
    if asJSON { emit(PlanRecord(setup)) }
    Diagnostics.write(setup.description)
  }

  mutating func show(_ event: TrainingEvent) {
    if asJSON { emit(Self.record(event)) }
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

  private mutating func emit(_ record: some Encodable) {
    guard outputFailure == nil else { return }
    do { try JSON.print(record) } catch { outputFailure = error }
  }

  private static func record(_ event: TrainingEvent) -> TrainingRecord {
    switch event {
    case .step(let report):
      TrainingRecord(
        event: "step", step: report.step, loss: report.loss, learningRate: report.learningRate,
        gradientNorm: report.gradientNorm, milliseconds: report.seconds * 1000,
        tokensPerSecond: report.tokensPerSecond, gigaflops: report.gigaflops)
    case .validation(let step, let loss): TrainingRecord(event: "validation", step: step, loss: loss)
    case .sample(let step, let text): TrainingRecord(event: "sample", step: step, text: text)
    }
  }
}

/// The first line of `train --json`: what the run is, and the memory it needs, in bytes.
private struct PlanRecord: Encodable {
  let event = "plan"
  let precision: String
  let recompute: Int
  let batchSize: Int
  let sequenceLength: Int
  let steps: Int
  let weights: Int
  let gradients: Int
  let moments: Int
  let activations: Int
  let savedByRecomputing: Int
  let scratch: Int
  let program: Int
  let total: Int
  let available: Int?

  init(_ setup: TrainingSetup) {
    let (plan, memory) = (setup.plan, setup.plan.memory(for: setup.configuration))
    precision = setup.precision.rawValue
    recompute = plan.recomputing.rawValue
    batchSize = plan.batchSize
    sequenceLength = plan.sequenceLength
    steps = plan.steps
    weights = memory.weights
    gradients = memory.gradients
    moments = memory.moments
    activations = memory.activations
    savedByRecomputing = memory.savedByRecomputing
    scratch = memory.scratch
    program = memory.program
    total = memory.total
    available = AvailableMemory.bytes
  }
}

/// Any other line of `train --json`.
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
