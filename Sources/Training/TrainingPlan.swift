import Transformer

/// What a training run is to do.
public struct TrainingPlan: Sendable {
  /// B
  public var batchSize: Int
  /// T
  public var sequenceLength: Int
  /// What the backward pass computes again, to save memory.
  public var recomputing: Recomputation
  /// Updates to make.
  public var steps: Int
  public var learningRate: LearningRateSchedule
  public var optimizer: AdamWOptimizer.Settings
  /// Steps between two validation losses, which are also taken before the first step and after the last;
  /// `nil` for none.
  public var validationInterval: Int?
  /// Batches that a validation loss is the mean of, at most.
  public var validationBatches: Int
  /// Steps between two samples, of which the last comes after the last step; `nil` for none.
  public var sampleInterval: Int?
  /// Tokens of a sample.
  public var sampleLength: Int
  public var seed: UInt64

  public init(
    batchSize: Int, sequenceLength: Int, recomputing: Recomputation = .nothing, steps: Int,
    learningRate: LearningRateSchedule, optimizer: AdamWOptimizer.Settings, validationInterval: Int?,
    validationBatches: Int, sampleInterval: Int?, sampleLength: Int, seed: UInt64
  ) {
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    self.recomputing = recomputing
    self.steps = steps
    self.learningRate = learningRate
    self.optimizer = optimizer
    self.validationInterval = validationInterval
    self.validationBatches = validationBatches
    self.sampleInterval = sampleInterval
    self.sampleLength = sampleLength
    self.seed = seed
  }
}

/// What happens during a run, in order.
public enum TrainingEvent: Sendable {
  /// The mean cross-entropy in nats on the validation data after `step` updates.
  case validation(step: Int, loss: Float)
  /// Text generated after `step` updates.
  case sample(step: Int, text: String)
  case step(StepReport)
}

/// One update.
public struct StepReport: Sendable {
  /// Counts from 1.
  public let step: Int
  public let steps: Int
  /// In nats, before the update.
  public let loss: Float
  public let learningRate: Float
  /// Before clipping.
  public let gradientNorm: Float
  /// Wall time of this step.
  public let seconds: Double
  public let tokensPerSecond: Double
  /// Billions of floating-point operations a second, as `Configuration.operationsPerStep` counts them.
  public let gigaflops: Double
  /// Until the last step, at the mean speed so far.
  public let secondsLeft: Double
}

/// Why a run stopped early.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The loss, or the gradient's norm, is NaN or infinite.
  case notFinite(step: Int, loss: Float, gradientNorm: Float, tensor: String?)

  public var description: String {
    switch self {
    case .notFinite(let step, let loss, let gradientNorm, let tensor):
      "step \(step): found loss \(loss) and gradient norm \(gradientNorm), expected finite numbers"
        + (tensor.map { " (first in \($0))" } ?? "")
        + (step == 1
          ? "; the weights it began with are damaged" : "; the learning rate may be too high")
    }
  }
}
