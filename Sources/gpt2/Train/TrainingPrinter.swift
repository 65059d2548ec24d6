import GPT2Kernels
import GPT2Terminal
import GPT2TrainingCore
import GPT2Transformer

/// Prints what happens during a run: for people, or as one line of JSON an event.
struct TrainingPrinter {
  private let asJSON: Bool
  /// Operations a second that the processor can do at most: as measured before the run, or what a step reached since,
  /// if that was more. Something else may have used the processor at first.
  private var peak: Double
  private var progress = ProgressLine()
  private var summary = RunSummary()
  private var warnings = RepeatedWarnings()

  /// Why standard output takes no more, once it does not; the run goes on without it.
  private(set) var outputFailure: Error?

  init(asJSON: Bool, peak: Double) {
    self.asJSON = asJSON
    self.peak = peak
  }

  /// Says what is about to happen.
  mutating func announce(_ setup: TrainingSetup) {
    if asJSON { emit { try JSON.print(PlanRecord(setup)) } }
    Diagnostics.write(setup.description)
  }

  mutating func show(_ event: TrainingEvent) {
    if asJSON, let record = RunRecord(event) { emit { try Output.write(record.line + "\n") } }
    switch event {
    case .step(let report):
      summary.add(report)
      peak = max(peak, report.gigaflops * 1e9)
      progress.show(
        progress(of: report), isImportant: report.step == 1 || report.step == report.steps)
      if let outlier = report.outlier { say("left out the update of step \(report.step): \(outlier)") }
    case .validation(let step, let loss, let emaLoss, _):
      let average = emaLoss.map { ", of the averaged weights \(Numbers.fixed(Double($0), 4))" } ?? ""
      say("validation loss after step \(step): \(Numbers.fixed(Double(loss), 4))\(average)")
    case .evaluation(let step, let accuracy):
      say("accuracy after step \(step): \(Numbers.fixed(accuracy * 100, 2)) %")
    case .sample(let step, let text):
      say("--- sample after step \(step) ---\n\(text)\n---")
    case .checkpoint(_, let path, let reason):
      say("wrote \(path)" + (reason == .best ? ", the best so far" : ""))
    case .problem(let error):
      guard warnings.isNew("\(error)") else { return }
      progress.clear()
      // Not all was saved: no mere note.
      Diagnostics.error("gpt2: warning: \(error); the run goes on")
    }
  }

  /// Ends the progress line and sums the run up.
  mutating func end() {
    progress.end()
    for line in warnings.lines { Diagnostics.error("gpt2: warning: \(line)") }
    if let line = summary.line { Diagnostics.write(line) }
  }

  private mutating func say(_ text: String) {
    progress.clear()
    Diagnostics.write(text)
  }

  private func progress(of report: StepReport) -> Progress {
    let share = Numbers.fixed(report.gigaflops * 1e9 / peak * 100, 0)
    return Progress(done: Double(report.step) / Double(report.steps), secondsLeft: report.secondsLeft)
      .saying("step \(report.step)/\(report.steps)")
      .saying("loss \(Numbers.fixed(Double(report.loss), 4))")
      .saying("norm \(Numbers.fixed(Double(report.gradientNorm), 2))", .middle)
      .saying("lr \(Numbers.scientific(report.learningRate))", .low)
      .saying("\(Numbers.fixed(report.seconds * 1000, 0)) ms", .high)
      .saying("\(Numbers.fixed(report.tokensPerSecond, 0)) tokens/s", .high)
      .saying("\(Numbers.fixed(report.gigaflops, 0)) GFLOP/s, \(share) % of peak", .middle)
  }

  private mutating func emit(_ write: () throws -> Void) {
    guard outputFailure == nil else { return }
    do { try write() } catch { outputFailure = error }
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
  /// Absent where none is kept.
  let average: Int?
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
    average = plan.emaDecay == nil ? nil : memory.average
    activations = memory.activations
    savedByRecomputing = memory.savedByRecomputing
    scratch = memory.scratch
    program = memory.program
    total = memory.total
    available = AvailableMemory.bytes
  }
}
