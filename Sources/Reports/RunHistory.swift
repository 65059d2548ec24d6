import GPT2BinaryFiles
import GPT2TrainingCore

/// What happened during a run, in the order of its steps, each once: what was done again after a resume counts as it
/// was done last.
package struct RunHistory: Sendable {
  /// The file it was read from.
  package enum Source: String, Sendable {
    case metrics = "metrics.jsonl"
    case mainLog = "main.log"
  }

  /// The run's beginning, or what came after a resume.
  package struct Part: Equatable, Sendable {
    /// Updates that were made before.
    package let step: Int
    package let time: String?
    package let command: [String]
    package let settings: [String: String]
  }

  /// One update. What was not recorded is `nil`; units are those of `RunRecord`.
  package struct Update: Equatable, Sendable {
    package let step: Int
    package let loss: Double
    package let learningRate: Double?
    package let gradientNorm: Double?
    package let milliseconds: Double?
    package let tokensPerSecond: Double?
    package let gigaflops: Double?
    /// The moving averages up to it, in a long run, of whose updates not all are kept.
    var averages: Averages?

    /// Tokens that it learnt from.
    package var tokens: Double? {
      guard let milliseconds, let tokensPerSecond else { return nil }
      return (milliseconds * tokensPerSecond / 1000).rounded()
    }
  }

  struct Averages: Equatable, Sendable {
    let loss: Double
    let gradientNorm: Double?
    let tokensPerSecond: Double?
    let gigaflops: Double?
  }

  /// An update that was left out.
  package struct Skipped: Equatable, Sendable {
    package let step: Int
    package let reason: String?
  }

  /// A validation loss, or an accuracy.
  package struct Measurement: Equatable, Sendable {
    package let step: Int
    package let value: Double
  }

  package struct Sample: Equatable, Sendable {
    package let step: Int
    package let text: String
  }

  package struct Ending: Equatable, Sendable {
    package let step: Int
    package let reason: String?
  }

  package let source: Source
  package private(set) var parts: [Part] = []
  /// All updates of a run of up to 16,384; of a longer one those that a chart shows, the lowest and highest of many runs of
  /// neighbours.
  package var updates: [Update] { keptUpdates.elements }
  package var updateCount: Int { keptUpdates.count }
  package var skipped: [Skipped] { keptSkipped.elements }
  package var skippedCount: Int { keptSkipped.count }
  package var validations: [Measurement] { keptValidations.elements }
  /// Validation losses of the average of the weights, where the run keeps one.
  package var averageValidations: [Measurement] { keptAverageValidations.elements }
  package var accuracies: [Measurement] { keptAccuracies.elements }
  package var samples: [Sample] { keptSamples.elements }
  /// Why checkpoints were written, by the names of their files.
  package private(set) var checkpointReasons: [String: String] = [:]
  /// `nil` while the run goes on, and if it was killed.
  package private(set) var ending: Ending?
  /// Steps after which the run went on from a checkpoint, ascending.
  package private(set) var resumes: [Int] = []
  /// Updates that were lost, since the run went on from a checkpoint before them.
  package private(set) var lostUpdates = 0
  package private(set) var recordCount = 0
  /// The numbers of lines that were cut short, and therefore not read.
  package internal(set) var cutLines: [Int] = []

  private var keptUpdates = KeptSeries<Update>()
  private var keptSkipped = KeptSeries<Skipped>()
  private var keptValidations = KeptSeries<Measurement>()
  private var keptAverageValidations = KeptSeries<Measurement>()
  private var keptAccuracies = KeptSeries<Measurement>()
  private var keptSamples = KeptSeries<Sample>()
  /// The newest update's.
  private var updateStep = 0
  /// Of all updates, once not all are kept.
  private var longTotals: UpdateTotals?
  /// Of the moving averages of a long run.
  static let longSpan = 200
  private(set) var rewinds = Rewinds()
  /// What is to come, where the log is read a second time.
  private var forecast: Rewinds.Forecast?

  /// - Parameter keepingAll: Whether all that happened is kept, however long the run is.
  package init(_ source: Source, keepingAll: Bool = false) {
    self.source = source
    guard keepingAll else { return }
    keptUpdates = KeptSeries(exactLimit: .max)
    keptValidations = KeptSeries(exactLimit: .max)
    keptAverageValidations = KeptSeries(exactLimit: .max)
    keptAccuracies = KeptSeries(exactLimit: .max)
  }

  /// For a second reading of the same records.
  init(_ source: Source, knowing rewinds: Rewinds) {
    self.source = source
    forecast = Rewinds.Forecast(rewinds)
  }

  /// Whether not all that happened is kept.
  var isLong: Bool { keptUpdates.isThinned }

  /// Whether what was taken back was no longer kept, so that the records have to be read again `knowing` the rewinds.
  var isIncomplete: Bool {
    keptUpdates.isIncomplete || keptSkipped.isIncomplete || keptValidations.isIncomplete
      || keptAverageValidations.isIncomplete || keptAccuracies.isIncomplete || keptSamples.isIncomplete
  }

  /// Of the moving averages: a fiftieth of the updates, at most 200.
  var smoothingSpan: Int { max(1, min(Self.longSpan, updateCount / 50)) }

  var totals: UpdateTotals {
    if let longTotals { return longTotals }
    var totals = UpdateTotals()
    for update in updates { _ = totals.add(update, span: 1) }
    return totals
  }

  /// The step that the run has come to.
  package var lastStep: Int {
    [
      keptUpdates.last?.step, keptValidations.last?.step, keptAccuracies.last?.step, keptSamples.last?.step,
      parts.last?.step,
    ].compactMap { $0 }.max() ?? 0
  }

  /// Adds what happened next.
  package mutating func append(_ record: RunRecord) {
    recordCount += 1
    if let limit = forecast?.limit(of: recordCount), record.step > limit, record.event != .checkpoint {
      return takeBack(record)
    }
    switch record.event {
    case .run: begin(record)
    case .step: update(record)
    case .skipped: Self.append(Skipped(step: record.step, reason: record.reason), to: &keptSkipped)
    case .validation:
      Self.append(record.step, record.loss.map(Double.init), to: &keptValidations)
      if let loss = record.emaLoss { Self.append(record.step, Double(loss), to: &keptAverageValidations) }
    case .evaluation: Self.append(record.step, record.accuracy, to: &keptAccuracies)
    case .sample: Self.append(Sample(step: record.step, text: record.text ?? ""), to: &keptSamples)
    case .checkpoint:
      let name = record.path.map(Folder.lastName)
      if let name { checkpointReasons[name] = record.reason }
    case .change: break  // The settings of its part tell it.
    case .end: ending = Ending(step: record.step, reason: record.reason)
    }
  }

  private mutating func begin(_ record: RunRecord) {
    // An end before it was not the end.
    ending = nil
    rewind(to: record.step)
    parts.append(
      Part(
        step: record.step, time: record.time, command: record.command ?? [],
        settings: record.settings ?? [:]))
    if parts.count > 1 && record.step > 0 { noteResume(at: record.step) }
  }

  private mutating func update(_ record: RunRecord) {
    // llm.c's log does not say that a run was resumed, but its steps come again.
    if forecast?.present != nil || updateStep >= record.step && !keptUpdates.isEmpty {
      rewind(to: record.step - 1)
      if record.step > 1 { noteResume(at: record.step - 1) }
    }
    if keptUpdates.isFull { beginTotals() }
    var update = Update(
      step: record.step, loss: record.loss.map(Double.init) ?? .nan,
      learningRate: record.learningRate.map(Double.init),
      gradientNorm: record.gradientNorm.map(Double.init),
      milliseconds: record.milliseconds, tokensPerSecond: record.tokensPerSecond,
      gigaflops: record.gigaflops)
    update.averages = longTotals?.add(update, span: Double(Self.longSpan))
    keptUpdates.append(update)
    updateStep = record.step
  }

  /// From the next update on not all are kept.
  private mutating func beginTotals() {
    var totals = UpdateTotals()
    keptUpdates.update { $0.averages = totals.add($0, span: Double(Self.longSpan)) }
    longTotals = totals
  }

  /// Forgets what happened after a step.
  private mutating func rewind(to step: Int) {
    rewinds.note(record: recordCount, step: step)
    updateStep = min(updateStep, step)
    lostUpdates += keptUpdates.rewind(to: step)
    _ = keptValidations.rewind(to: step)
    _ = keptAverageValidations.rewind(to: step)
    _ = keptAccuracies.rewind(to: step)
    _ = keptSamples.rewind(to: step)
    _ = keptSkipped.rewind(to: step)
    while let last = resumes.last, last > step { resumes.removeLast() }
    if let end = ending, end.step > step { ending = nil }
  }

  /// A record of what is known to be taken back later.
  private mutating func takeBack(_ record: RunRecord) {
    switch record.event {
    case .run: begin(record)
    case .step:
      lostUpdates += 1
      if forecast?.present != nil, record.step > 1 { noteResume(at: record.step - 1) }
    default: break
    }
  }

  private mutating func noteResume(at step: Int) {
    while let last = resumes.last, last > step { resumes.removeLast() }
    if resumes.last != step { resumes.append(step) }
  }

  private static func append<Element>(_ element: Element, to series: inout KeptSeries<Element>) {
    // Of two of one step the later one holds.
    _ = series.rewind(to: element.step - 1)
    series.append(element)
  }

  private static func append(
    _ step: Int, _ value: Double?, to measurements: inout KeptSeries<Measurement>
  ) {
    append(Measurement(step: step, value: value ?? .nan), to: &measurements)
  }
}
