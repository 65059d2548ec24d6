/// One line of a run directory's `metrics.jsonl`, and of `train --json`: something that happened, as a JSON object
/// whose `event` says what. Fields that do not belong to an event are absent.
///
/// A run that is resumed goes on in the same file, so that steps after the checkpoint may come a second time: of
/// two records of one event and step the later one holds.
package struct RunRecord: Codable, Equatable, Sendable {
  package enum Event: String, Codable, Sendable {
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

  package var event: Event
  /// Updates made so far, the one that the record is about included.
  package var step: Int
  /// In nats.
  package var loss: Float?
  /// That of the average of the weights, in nats.
  package var emaLoss: Float?
  package var learningRate: Float?
  /// Before clipping.
  package var gradientNorm: Float?
  /// Wall time of the step.
  package var milliseconds: Double?
  /// Of these, how long the gradients' sum over replicas and processes was waited for after the last backward pass.
  package var waitedMilliseconds: Double?
  package var tokensPerSecond: Double?
  package var gigaflops: Double?
  /// From 0 to 1.
  package var accuracy: Double?
  package var text: String?
  package var path: String?
  package var reason: String?
  package var option: String?
  package var before: String?
  package var now: String?
  /// ISO 8601, in UTC.
  package var time: String?
  /// The command line, word by word.
  package var command: [String]?
  /// What the run was set to, by name: "model", "parameters", "batch size", …
  package var settings: [String: String]?

  package init(_ event: Event, step: Int) {
    self.event = event
    self.step = step
  }
}
