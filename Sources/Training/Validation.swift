import Tokens
import Transformer

/// Measures a model on data it was not trained on.
public enum Validation {
  /// The mean cross-entropy in nats over the first batches of `data`.
  ///
  /// - Parameters:
  ///   - data: At its beginning; a copy is read, so that every call sees the same batches.
  ///   - batches: How many at most; no more than one epoch is taken.
  ///   - activations: Of the loader's batch shape.
  ///   - isInterrupted: Asked before each batch.
  /// - Returns: `nil` if it was interrupted.
  /// - Throws: `ModelError` if the batches do not fit the model.
  public static func loss(
    of model: Model, on data: DataLoader, batches: Int, using activations: Activations,
    isInterrupted: () -> Bool = { false }
  ) throws -> Float? {
    var data = data
    let count = min(batches, data.batchesPerEpoch)
    precondition(count > 0, "a loader has at least one batch")
    var sum = 0.0
    for _ in 0..<count {
      if isInterrupted() { return nil }
      let batch = data.nextBatch()
      try model.forward(batch.inputs, into: activations)
      sum += Double(try model.loss(targets: batch.targets, from: activations))
    }
    return Float(sum / Double(count))
  }
}
