import GPT2Kernels
import GPT2Transformer

/// Everything that was measured, in seconds, operations and bytes.
package struct BenchmarkReport: Encodable, Sendable {
  package let machine: Machine
  package let settings: SettingsRecord
  package internal(set) var peaks: Peaks
  package internal(set) var sections: [BenchmarkSection] = []

  /// The settings that the figures depend on.
  package struct SettingsRecord: Encodable, Sendable {
    package let layers: Int
    package let heads: Int
    package let channels: Int
    package let vocabularySize: Int
    package let parameters: Int
    package let batchSize: Int
    package let sequenceLength: Int
    package let promptLength: Int
    package let threads: Int
    package let precision: String
    package let repetitions: Int

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

  package func section(_ kind: BenchmarkSection.Kind) -> BenchmarkSection? {
    sections.first { $0.kind == kind }
  }
}

/// Rows that belong together, and what they add up to.
package struct BenchmarkSection: Encodable, Sendable {
  package enum Kind: String, Codable, Sendable {
    case trainingOperations, prefillOperations, decodingOperations
    case training, prefill, decoding, growth, scaling
  }

  package let kind: Kind
  package let title: String
  package let rows: [BenchmarkRow]

  /// Whether its rows are single operations.
  package var hasOperations: Bool {
    switch kind {
    case .trainingOperations, .prefillOperations, .decodingOperations: true
    case .training, .prefill, .decoding, .growth, .scaling: false
    }
  }

  /// Seconds of all rows that are not part of another.
  package var seconds: Double {
    rows.filter { !$0.isPart }.reduce(0) { $0 + $1.secondsPerStep }
  }

  /// How many times as long a token takes in a row as in the one before, at most: 1 where work grows as tokens
  /// do, more where there is a cliff. Only rows are compared whose batch is twice the one before.
  package var steepestRise: Double? {
    zip(rows, rows.dropFirst()).compactMap { before, after in
      guard let few = before.tokens, let many = after.tokens, many == 2 * few else { return nil }
      return (after.secondsPerCall / Double(many)) / (before.secondsPerCall / Double(few))
    }.max()
  }
}

/// One timed thing.
package struct BenchmarkRow: Encodable, Sendable {
  package private(set) var name: String
  /// Forward, backward, …; `nil` where the row is a whole pass.
  package let pass: String?
  /// The median of one call.
  package let secondsPerCall: Double
  /// Calls in one step: a training step, a prompt's pass, or a token's.
  package let callsPerStep: Int
  package let secondsPerStep: Double
  /// Of one call.
  package let operations: Double
  package let bytes: Double
  package let bound: Bound
  /// The least time that the peaks allow for the work, as a fraction of the time taken. Above 1 where a small
  /// operation finds in the caches what the formula takes from memory.
  package private(set) var fractionOfPeak: Double
  /// Tokens of a step, where the row is a whole pass.
  package let tokens: Int?
  /// Whether another row of the section has this one's time in it.
  package let isPart: Bool

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
  package var rate: Double { (bound.isArithmetic ? operations : bytes) / secondsPerCall }
}
