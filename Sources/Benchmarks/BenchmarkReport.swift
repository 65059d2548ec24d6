import Kernels
import Transformer

/// Everything that was measured, in seconds, operations and bytes.
public struct BenchmarkReport: Encodable, Sendable {
  public let machine: Machine
  public let settings: SettingsRecord
  public internal(set) var peaks: Peaks
  public internal(set) var sections: [BenchmarkSection] = []

  /// The settings that the figures depend on.
  public struct SettingsRecord: Encodable, Sendable {
    public let layers: Int
    public let heads: Int
    public let channels: Int
    public let vocabularySize: Int
    public let parameters: Int
    public let batchSize: Int
    public let sequenceLength: Int
    public let promptLength: Int
    public let threads: Int
    public let precision: String
    public let repetitions: Int

    init(_ settings: BenchmarkSettings) {
      layers = settings.configuration.layers
      heads = settings.configuration.heads
      channels = settings.configuration.channels
      vocabularySize = settings.configuration.vocabularySize
      parameters = settings.configuration.parameterCount ?? 0
      batchSize = settings.batchSize
      sequenceLength = settings.sequenceLength
      promptLength = settings.promptLength
      threads = settings.workers.count
      precision = settings.precision.rawValue
      repetitions = settings.repetitions
    }
  }

  public func section(_ kind: BenchmarkSection.Kind) -> BenchmarkSection? {
    sections.first { $0.kind == kind }
  }
}

/// Rows that belong together, and what they add up to.
public struct BenchmarkSection: Encodable, Sendable {
  public enum Kind: String, Codable, Sendable {
    case trainingOperations, prefillOperations, decodingOperations
    case training, prefill, decoding, growth, scaling
  }

  public let kind: Kind
  public let title: String
  public let rows: [BenchmarkRow]

  /// Whether its rows are single operations.
  public var hasOperations: Bool {
    switch kind {
    case .trainingOperations, .prefillOperations, .decodingOperations: true
    case .training, .prefill, .decoding, .growth, .scaling: false
    }
  }

  /// Seconds of all rows that are not part of another.
  public var seconds: Double {
    rows.filter { !$0.isPart }.reduce(0) { $0 + $1.secondsPerStep }
  }

  /// How many times as long a token takes in a row as in the one before, at most: 1 where work grows as tokens
  /// do, more where there is a cliff. Only rows are compared whose batch is twice the one before.
  public var steepestRise: Double? {
    zip(rows, rows.dropFirst()).compactMap { before, after in
      guard let few = before.tokens, let many = after.tokens, many == 2 * few else { return nil }
      return (after.secondsPerCall / Double(many)) / (before.secondsPerCall / Double(few))
    }.max()
  }
}

/// One timed thing.
public struct BenchmarkRow: Encodable, Sendable {
  public private(set) var name: String
  /// Forward, backward, …; `nil` where the row is a whole pass.
  public let pass: String?
  /// The median of one call.
  public let secondsPerCall: Double
  /// Calls in one step: a training step, a prompt's pass, or a token's.
  public let callsPerStep: Int
  public let secondsPerStep: Double
  /// Of one call.
  public let operations: Double
  public let bytes: Double
  public let bound: Bound
  /// The least time that the peaks allow for the work, as a fraction of the time taken. Above 1 where a small
  /// operation finds in the caches what the formula takes from memory.
  public private(set) var fractionOfPeak: Double
  /// Tokens of a step, where the row is a whole pass.
  public let tokens: Int?
  /// Whether another row of the section has this one's time in it.
  public let isPart: Bool

  init(
    _ name: String, pass: String?, seconds: Double, calls: Int = 1, work: Work, peaks: PeakRates,
    precision: Precision, tokens: Int? = nil, isPart: Bool = false
  ) {
    let limit = peaks.limit(of: work, precision: precision)
    self.name = name
    self.pass = pass
    secondsPerCall = seconds
    callsPerStep = calls
    secondsPerStep = seconds * Double(calls)
    operations = work.operations
    bytes = work.bytes
    bound = limit.bound
    fractionOfPeak = limit.seconds / seconds
    self.tokens = tokens
    self.isPart = isPart
  }

  /// The same figures beside a peak that is higher by 1 / factor.
  func scaled(by factor: Double) -> BenchmarkRow {
    var row = self
    row.fractionOfPeak *= factor
    return row
  }

  /// The same figures under another name.
  func named(_ name: String) -> BenchmarkRow {
    var row = self
    row.name = name
    return row
  }

  /// Operations or bytes a second, as the bound is one or the other.
  public var rate: Double { (bound.isArithmetic ? operations : bytes) / secondsPerCall }
}
