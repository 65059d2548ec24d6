import Tokens
import Transformer

/// Measures a model on data it was not trained on.
public enum Validation {
  /// The mean cross-entropy in nats over the first batches of `data`: of all their targets that are not ignored.
  ///
  /// - Parameters:
  ///   - data: At its beginning; a copy is read, so that every call sees the same batches.
  ///   - batches: How many at most; no more than one epoch is taken.
  ///   - activations: Of the source's batch shape.
  ///   - isInterrupted: Asked before each batch.
  /// - Returns: `nil` if it was interrupted.
  /// - Throws: `ModelError` if the batches do not fit the model.
  public static func loss(
    of model: Model, on data: any BatchSource, batches: Int, using activations: Activations,
    isInterrupted: () -> Bool = { false }
  ) throws -> Float? {
    var data = data
    let count = min(batches, data.batchesPerEpoch)
    precondition(count > 0, "a source has at least one batch")
    var (sum, weights) = (0.0, 0.0)
    var usual: Int?
    for _ in 0..<count {
      if isInterrupted() { return nil }
      let batch = data.nextBatch()
      try model.forward(batch.inputs, in: batch.sequences, into: activations)
      // In units of the first batch's targets: exactly 1 if all have the same.
      usual = usual ?? max(1, batch.learntCount)
      let weight = Double(batch.learntCount) / Double(usual ?? 1)
      sum += weight * Double(try model.loss(targets: batch.targets, from: activations))
      weights += weight
    }
    return Float(sum / max(weights, .leastNonzeroMagnitude))
  }
}
