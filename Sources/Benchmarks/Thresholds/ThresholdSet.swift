import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// The shares of the peak that operations must keep under the same conditions.
package struct ThresholdSet: Codable, Equatable, Sendable {
  /// What the shares depend on beside the machine.
  package struct Conditions: Codable, Equatable, Sendable {
    /// As `GPT2_KERNELS` names them.
    package let kernels: String
    package let threads: Int
    package let precision: String
    /// How weights are stored for prompts and tokens.
    package let weights: String
    package let layers: Int
    package let channels: Int
    package let batchSize: Int
    package let sequenceLength: Int
    package let promptLength: Int
  }

  /// What one operation, or one pass, must keep.
  package struct Threshold: Codable, Equatable, Sendable {
    package let section: BenchmarkSection.Kind
    package let operation: String
    /// Forward, backward, …; absent where it is a whole pass.
    package let pass: String?
    /// Of the least time that the peaks allow, in the time taken: `BenchmarkRow.fractionOfPeak`.
    package let share: Double

    /// Whether a row of a section is what it is about.
    func names(_ row: BenchmarkRow, in section: BenchmarkSection.Kind) -> Bool {
      section == self.section && row.name == operation && row.pass.map(Self.trimmed) == pass
    }

    /// A pass that is a part of another is indented.
    private static func trimmed(_ pass: String) -> String { String(pass.drop { $0 == " " }) }

    var words: String { "\(operation)\(pass.map { ", \($0)" } ?? "") of \(section.rawValue)" }
  }

  package let conditions: Conditions
  package let thresholds: [Threshold]

  /// What has to be measured for them.
  package var parts: Set<BenchmarkPart> { Set(thresholds.map(\.section.part)) }

  /// Those of some parts only.
  package func only(_ parts: Set<BenchmarkPart>) -> ThresholdSet {
    ThresholdSet(conditions: conditions, thresholds: thresholds.filter { parts.contains($0.section.part) })
  }
}

extension ThresholdSet.Conditions {
  /// Those under which `settings` measure.
  package init(_ settings: BenchmarkSettings) {
    kernels = settings.workers.kernels.name.rawValue
    threads = settings.workers.count
    precision = settings.precision.rawValue
    weights = settings.weightFormat.rawValue
    layers = settings.configuration.layers
    channels = settings.configuration.channels
    batchSize = settings.batchSize
    sequenceLength = settings.sequenceLength
    promptLength = settings.promptLength
  }

  /// "avx512bf16 on 2 threads, fp32, weights in fp32, 12 layers of 768 channels, B=4 T=64, prompts of 512".
  package var words: String {
    "\(kernels) on \(threads) \(threads == 1 ? "thread" : "threads"), \(precision), weights in \(weights), "
      + "\(layers) layers of \(channels) channels, B=\(batchSize) T=\(sequenceLength), prompts of \(promptLength)"
  }
}

extension BenchmarkSection.Kind {
  /// What it is measured by.
  var part: BenchmarkPart {
    switch self {
    case .trainingOperations, .prefillOperations, .decodingOperations: .ops
    case .training: .train
    case .prefill: .prefill
    case .decoding: .decode
    case .growth: .growth
    case .scaling: .scaling
    }
  }
}
