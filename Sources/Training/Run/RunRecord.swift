/// One line of a run directory's `metrics.jsonl`, and of `train --json`: something that happened, as a JSON object
/// whose `event` says what. Fields that do not belong to an event are absent.
///
/// A run that is resumed goes on in the same file, so that steps after the checkpoint may come a second time: of
/// two records of one event and step the later one holds.
public struct RunRecord: Codable, Equatable, Sendable {
  public enum Event: String, Codable, Sendable {
    /// The run, or a part of it after a resume, begins: `time`, `command`, `settings`, `step`.
    case run
    /// An update: `loss`, `learningRate`, `gradientNorm`, `milliseconds`, `tokensPerSecond`, `gigaflops`;
    /// `waitedMilliseconds` where it had gradients to add up.
    case step
    /// An update that was left out, as `reason` says: as `step`.
    case skipped
    /// `loss` on the validation data, and `emaLoss` if the run keeps an average of its weights.
    case validation
    /// `accuracy` on HellaSwag.
    case evaluation
    /// `text` that the model made.
    case sample
    /// A run that goes on has another value of an `option`: `before`, absent if it had none, and `now`.
    case change
    /// A checkpoint was written to `path`, for the `reason` given.
    case checkpoint
    /// The run is over: `reason`.
    case end
  }

  public var event: Event
  /// Updates made so far, the one that the record is about included.
  public var step: Int
  /// In nats.
  public var loss: Float?
  /// That of the average of the weights, in nats.
  public var emaLoss: Float?
  public var learningRate: Float?
  /// Before clipping.
  public var gradientNorm: Float?
  /// Wall time of the step.
  public var milliseconds: Double?
  /// Of these, how long the gradients' sum over replicas and processes was waited for after the last backward pass.
  public var waitedMilliseconds: Double?
  public var tokensPerSecond: Double?
  public var gigaflops: Double?
  /// From 0 to 1.
  public var accuracy: Double?
  public var text: String?
  public var path: String?
  public var reason: String?
  public var option: String?
  public var before: String?
  public var now: String?
  /// ISO 8601, in UTC.
  public var time: String?
  /// The command line, word by word.
  public var command: [String]?
  /// What the run was set to, by name: "model", "parameters", "batch size", …
  public var settings: [String: String]?

  public init(_ event: Event, step: Int) {
    self.event = event
    self.step = step
  }
}
