import Tokens
import Transformer

/// Measures a model on data it was not trained on.
public enum Evaluation {
  /// The mean cross-entropy in nats over the first batches of `data`.
  ///
  /// - Parameters:
  ///   - data: Starts over, so that every call sees the same batches.
  ///   - batches: How many at most; no more than one epoch is taken.
  ///   - activations: Of the loader's batch shape.
  /// - Throws: `FileError` if a shard cannot be read; `ModelError` if the batches do not fit the model.
  public static func loss(
    of model: Model, on data: DataLoader, batches: Int, using activations: Activations
  ) throws -> Float {
    try data.reset()
    let count = min(batches, data.batchesPerEpoch)
    precondition(count > 0, "a loader has at least one batch")
    var sum = 0.0
    for _ in 0..<count {
      let batch = try data.nextBatch()
      try model.forward(batch.inputs, into: activations)
      sum += Double(try model.loss(targets: batch.targets, from: activations))
    }
    return Float(sum / Double(count))
  }
}
