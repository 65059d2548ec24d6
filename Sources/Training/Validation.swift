import Communication
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
  ///   - communicator: The processes that share the batches; all get the same loss.
  ///   - isInterrupted: Asked before each batch; the same in all processes.
  /// - Returns: `nil` if it was interrupted.
  /// - Throws: `ModelError` if the batches do not fit the model; `CommunicationError`.
  public static func loss(
    of model: Model, on data: DataLoader, batches: Int, using activations: Activations,
    sharedBy communicator: any Communicator = OneProcess(), isInterrupted: () -> Bool = { false }
  ) throws -> Float? {
    var data = data
    let count = min(batches, data.batchesPerEpoch)
    precondition(count > 0, "a loader has at least one batch")
    // Each process takes every so manieth, and all as many, so that what they gather is of one size.
    let (processes, rank) = (communicator.size, communicator.rank)
    var losses = [Float](repeating: 0, count: (count + processes - 1) / processes)
    for index in 0..<count {
      if isInterrupted() { return nil }
      guard index % processes == rank else {
        data.skipBatch()
        continue
      }
      let batch = data.nextBatch()
      try model.forward(batch.inputs, into: activations)
      losses[index / processes] = try model.loss(targets: batch.targets, from: activations)
    }
    let all = try communicator.gathered(losses)
    let sum = (0..<count).reduce(0.0) { $0 + Double(all[$1 % processes * losses.count + $1 / processes]) }
    return Float(sum / Double(count))
  }
}
