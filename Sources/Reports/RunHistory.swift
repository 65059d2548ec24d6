import BinaryFiles
import Training

/// What happened during a run, in the order of its steps, each once: what was done again after a resume counts as it
/// was done last.
public struct RunHistory: Sendable {
  /// The file it was read from.
  public enum Source: String, Sendable {
    case metrics = "metrics.jsonl"
    case mainLog = "main.log"
  }

  /// The run's beginning, or what came after a resume.
  public struct Part: Equatable, Sendable {
    /// Updates that were made before.
    public let step: Int
    public let time: String?
    public let command: [String]
    public let settings: [String: String]
  }

  /// One update. What was not recorded is `nil`; units are those of `RunRecord`.
  public struct Update: Equatable, Sendable {
    public let step: Int
    public let loss: Double
    public let learningRate: Double?
    public let gradientNorm: Double?
    public let milliseconds: Double?
    public let tokensPerSecond: Double?
    public let gigaflops: Double?

    /// Tokens that it learnt from.
    public var tokens: Double? {
      guard let milliseconds, let tokensPerSecond else { return nil }
      return (milliseconds * tokensPerSecond / 1000).rounded()
    }
  }

  /// An update that was left out.
  public struct Skipped: Equatable, Sendable {
    public let step: Int
    public let reason: String?
  }

  /// A validation loss, or an accuracy.
  public struct Measurement: Equatable, Sendable {
    public let step: Int
    public let value: Double
  }

  public struct Sample: Equatable, Sendable {
    public let step: Int
    public let text: String
  }

  public struct Ending: Equatable, Sendable {
    public let step: Int
    public let reason: String?
  }

  public let source: Source
  public private(set) var parts: [Part] = []
  public private(set) var updates: [Update] = []
  public private(set) var skipped: [Skipped] = []
  public private(set) var validations: [Measurement] = []
  /// Validation losses of the average of the weights, where the run keeps one.
  public private(set) var averageValidations: [Measurement] = []
  public private(set) var accuracies: [Measurement] = []
  public private(set) var samples: [Sample] = []
  /// Why checkpoints were written, by the names of their files.
  public private(set) var checkpointReasons: [String: String] = [:]
  /// `nil` while the run goes on, and if it was killed.
  public private(set) var ending: Ending?
  /// Steps after which the run went on from a checkpoint, ascending.
  public private(set) var resumes: [Int] = []
  /// Updates that were lost, since the run went on from a checkpoint before them.
  public private(set) var lostUpdates = 0
  public private(set) var recordCount = 0
  /// The numbers of lines that were cut short, and therefore not read.
  public internal(set) var cutLines: [Int] = []

  public init(_ source: Source) { self.source = source }

  /// The step that the run has come to.
  public var lastStep: Int {
    [
      updates.last?.step, validations.last?.step, accuracies.last?.step, samples.last?.step, parts.last?.step,
    ].compactMap { $0 }.max() ?? 0
  }

  /// Adds what happened next.
  public mutating func append(_ record: RunRecord) {
    recordCount += 1
    switch record.event {
    case .run: begin(record)
    case .step: update(record)
    case .skipped:
      skipped.removeAll { $0.step >= record.step }
      skipped.append(Skipped(step: record.step, reason: record.reason))
    case .validation:
      Self.append(record.step, record.loss.map(Double.init), to: &validations)
      if let loss = record.emaLoss { Self.append(record.step, Double(loss), to: &averageValidations) }
    case .evaluation: Self.append(record.step, record.accuracy, to: &accuracies)
    case .sample:
      while let last = samples.last, last.step >= record.step { samples.removeLast() }
      samples.append(Sample(step: record.step, text: record.text ?? ""))
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
    if let last = updates.last, last.step >= record.step {
      rewind(to: record.step - 1)
      if record.step > 1 { noteResume(at: record.step - 1) }
    }
    updates.append(
      Update(
        step: record.step, loss: record.loss.map(Double.init) ?? .nan,
        learningRate: record.learningRate.map(Double.init),
        gradientNorm: record.gradientNorm.map(Double.init),
        milliseconds: record.milliseconds, tokensPerSecond: record.tokensPerSecond,
        gigaflops: record.gigaflops))
  }

  /// Forgets what happened after a step.
  private mutating func rewind(to step: Int) {
    while let last = updates.last, last.step > step {
      updates.removeLast()
      lostUpdates += 1
    }
    while let last = validations.last, last.step > step { validations.removeLast() }
    while let last = averageValidations.last, last.step > step { averageValidations.removeLast() }
    while let last = accuracies.last, last.step > step { accuracies.removeLast() }
    while let last = samples.last, last.step > step { samples.removeLast() }
    skipped.removeAll { $0.step > step }
    resumes.removeAll { $0 > step }
    if let end = ending, end.step > step { ending = nil }
  }

  private mutating func noteResume(at step: Int) {
    if resumes.last != step { resumes.append(step) }
  }

  private static func append(_ step: Int, _ value: Double?, to measurements: inout [Measurement]) {
    while let last = measurements.last, last.step >= step { measurements.removeLast() }
    measurements.append(Measurement(step: step, value: value ?? .nan))
  }
}
