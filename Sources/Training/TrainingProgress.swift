/// What a run remembers beyond llm.c's state file. It is kept beside the checkpoint, as JSON.
package struct TrainingProgress: Codable, Equatable, Sendable {
  /// A validation loss, in nats, and the number of updates before it.
  package struct Validation: Codable, Equatable, Sendable {
    package let step: Int
    package let loss: Float
  }

  package internal(set) var losses = OutlierDetector()
  package internal(set) var gradientNorms = OutlierDetector()
  /// The lowest so far.
  package internal(set) var best: Validation?
  /// Validation losses since then.
  package internal(set) var validationsSinceBest = 0
  /// When the model was last validated, so that a run which goes on does not count that twice.
  package internal(set) var lastValidation: Int?
  /// The step after which the average of the weights began; `nil` if there is none.
  package internal(set) var averagedSince: Int?

  package init() {}

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
