/// What a run remembers beyond llm.c's state file. It is kept beside the checkpoint, as JSON.
public struct TrainingProgress: Codable, Equatable, Sendable {
  /// A validation loss, in nats, and the number of updates before it.
  public struct Validation: Codable, Equatable, Sendable {
    public let step: Int
    public let loss: Float
  }

  public internal(set) var losses = OutlierDetector()
  public internal(set) var gradientNorms = OutlierDetector()
  /// The lowest so far.
  public internal(set) var best: Validation?
  /// Validation losses since then.
  public internal(set) var validationsSinceBest = 0
  /// When the model was last validated, so that a run which goes on does not count that twice.
  public internal(set) var lastValidation: Int?
  /// The step after which the average of the weights began; `nil` if there is none.
  public internal(set) var averagedSince: Int?

  public init() {}

  /// - Returns: Whether it is the lowest so far.
  mutating func add(_ validation: Validation) -> Bool {
    lastValidation = validation.step
    guard validation.loss < best?.loss ?? .infinity else {
      validationsSinceBest += 1
      return false
    }
    best = validation
    validationsSinceBest = 0
    return true
  }
}
