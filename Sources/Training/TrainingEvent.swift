import GPT2BinaryFiles

/// What happens during a run, in order.
public enum TrainingEvent: Sendable {
  /// The mean cross-entropy in nats on the validation data after `step` updates, and whether it is the lowest yet; and that
  /// of the average of the weights, if the run has one.
  case validation(step: Int, loss: Float, emaLoss: Float?, isBest: Bool)
  /// The share of multiple-choice examples, HellaSwag's, whose right completion the model finds likeliest.
  case evaluation(step: Int, accuracy: Double)
  /// Text generated after `step` updates.
  case sample(step: Int, text: String)
  /// A step was made.
  case step(StepReport)
  /// A checkpoint was written. Only a `TrainingRun` says this and the next.
  case checkpoint(step: Int, path: String, reason: CheckpointReason)
  /// Something could not be written; the run goes on and tries again.
  case problem(FileError)
}

/// Why a checkpoint was written.
public enum CheckpointReason: String, Sendable {
  /// It was its turn.
  case regular
  /// The last one was too long ago; it goes once there is the next.
  case timed
  /// It was its turn, and it is one that is always kept.
  case major
  /// The lowest validation loss so far; weights only.
  case best
  /// The run ended here.
  case end
}

/// One step: an update, or one that was left out.
public struct StepReport: Sendable {
  /// Counts from 1.
  public let step: Int
  /// Of the whole run.
  public let steps: Int
  /// In nats, before the update.
  public let loss: Float
  /// Of this update.
  public let learningRate: Float
  /// Before clipping.
  public let gradientNorm: Float
  /// Why the update was left out, if it was.
  public let outlier: Outlier?
  /// Wall time of this step.
  public let seconds: Double
  /// Of these, how long the gradients' sum was waited for once the last backward pass was over.
  public let secondsWaited: Double
  /// That the update learnt from.
  public let tokensPerSecond: Double
  /// Billions of floating-point operations a second, as `Configuration.operationsPerStep` counts them.
  public let gigaflops: Double
  /// Until the last step, at the mean speed so far.
  public let secondsLeft: Double
}

/// A loss or a gradient's norm that is too far above the last ones.
public enum Outlier: Equatable, Sendable, CustomStringConvertible {
  /// The loss.
  case loss(zScore: Double)
  /// The gradients' norm.
  case gradientNorm(zScore: Double)

  public var description: String {
    switch self {
    case .loss(let zScore): "loss \(Self.words(zScore))"
    case .gradientNorm(let zScore): "gradient norm \(Self.words(zScore))"
    }
  }

  private static func words(_ zScore: Double) -> String {
    "\((zScore * 10).rounded() / 10) standard deviations above the mean"
  }
}
