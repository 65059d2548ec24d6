import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// A group of figures.
package enum BenchmarkPart: String, CaseIterable, Sendable {
  /// Every operation by itself, in the shapes that it has in a training step, a prompt's pass and a token's.
  case ops
  /// A training step as a whole.
  case train
  /// The pass over a prompt.
  case prefill
  /// Tokens after the prompt.
  case decode
  /// Training steps of growing batches.
  case growth
  /// A step, a prompt and a token on ever more threads.
  case scaling
  /// A training step, and what it takes on many machines: `ClusterMeasurement`.
  case cluster
}

/// What is measured, and how thoroughly.
package struct BenchmarkSettings: Sendable {
  package var configuration: Configuration
  /// B and T of a training step.
  package var batchSize = 4
  package var sequenceLength: Int
  /// Tokens of the prompt; the one that tokens are generated after is as long.
  package var promptLength: Int
  /// Tokens to generate.
  package var generatedTokens = 16
  package var workers = Workers()
  package var precision = Precision.fp32
  /// How weights are stored for prompts and generated tokens.
  package var weightFormat = WeightFormat.fp32
  /// Timings that a median is taken of.
  package var repetitions = 7
  /// Values of the memory that bandwidth is measured on and that is read to empty the caches: 512 MiB.
  package var memoryValues = 1 << 27
  /// The shapes of `growth`: one sequence ever longer, then short ones, ever more.
  package var growth: [BatchShape] = BatchShape.doubling

  /// B and T.
  package struct BatchShape: Equatable, Sendable {
    package let batchSize: Int
    package let sequenceLength: Int

    package init(batchSize: Int, sequenceLength: Int) {
      self.batchSize = batchSize
      self.sequenceLength = sequenceLength
    }

    /// T from 64 to 1024 at B = 1, then B from 1 to 16 at T = 64.
    package static let doubling: [BatchShape] =
      [64, 128, 256, 512, 1024].map { BatchShape(batchSize: 1, sequenceLength: $0) }
      + [1, 2, 4, 8, 16].map { BatchShape(batchSize: $0, sequenceLength: 64) }

    var tokens: Int { batchSize * sequenceLength }
  }

  package init(_ configuration: Configuration) {
    self.configuration = configuration
    sequenceLength = Self.sequenceLength(positions: configuration.maximumSequenceLength)
    promptLength = min(512, configuration.maximumSequenceLength)
  }

  /// T of a training step, unless another is wanted: 64, or all positions if these are fewer.
  package static func sequenceLength(positions: Int) -> Int { min(64, positions) }

  /// Fewer runs and fewer tokens.
  package mutating func makeQuick() {
    repetitions = 3
    generatedTokens = 4
  }

  /// Bytes that the largest of these parts needs: parameters, gradients, moments and activations, beside the
  /// memory that bandwidth is measured on.
  package func bytesNeeded(for parts: Set<BenchmarkPart>) -> Int {
    var shapes: [BatchShape] = []
    if !parts.isDisjoint(with: [.ops, .train, .scaling, .cluster]) {
      shapes.append(BatchShape(batchSize: batchSize, sequenceLength: sequenceLength))
    }
    if parts.contains(.growth) { shapes += growth }
    let activations = shapes.map { shape -> Double in
      let counts = Activations.valueCounts(
        configuration, batchSize: shape.batchSize, sequenceLength: shape.sequenceLength,
        keepingForBackward: true)
      return counts.map { Double($0.kept) + Double($0.scratch) } ?? .infinity
    }
    let copies = shapes.isEmpty ? 1 : 4
    let parameters = Double(configuration.parameterCount ?? .max) * Double(copies)
    return Int(clamping: 4 * (parameters + (activations.max() ?? 0) + Double(memoryValues)))
  }
}

extension Int {
  fileprivate init(clamping value: Double) { self = value < 9e18 ? Int(value) : .max }
}
