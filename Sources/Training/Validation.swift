import GPT2BinaryFiles
import GPT2Communication
import GPT2Tokens
import GPT2Transformer

/// Measures a model on data it was not trained on.
package enum Validation {
  /// The mean cross-entropy in nats over the first batches of `data`: of all their targets that are not ignored.
  ///
  /// - Parameters:
  ///   - data: At its beginning; a copy is read, so that every call sees the same batches.
  ///   - batches: How many at most; no more than one epoch is taken.
  ///   - step: That it is taken after, named in errors.
  ///   - documentStart: The token that begins each document, if none is to see another.
  ///   - activations: Of the source's batch shape.
  ///   - communicator: The processes that share the batches; all get the same loss.
  ///   - isInterrupted: Asked before each batch, or as many as there are processes; once one of these says yes, there is no
  ///     loss.
  /// - Returns: `nil` if it was interrupted.
  /// - Throws: `ModelError` if the batches do not fit the model; `FileError` or `TrainingError` if a file was cut meanwhile;
  ///   `CommunicationError`.
  package static func loss(
    of model: Model, on data: any BatchSource, batches: Int, after step: Int = 0,
    cutBefore documentStart: Int32? = nil,
    using activations: Activations,
    sharedBy communicator: any Communicator = OneProcess(), isInterrupted: () -> Bool = { false }
  ) throws -> Float? {
    var data = data
    let count = min(batches, data.batchesPerEpoch)
    precondition(count > 0, "a source has at least one batch")
    // Each process takes every so manieth, and all as many, so that what they gather is of one size.
    let (processes, rank) = (communicator.size, communicator.rank)
    let share = (count + processes - 1) / processes
    var losses = [Float](repeating: 0, count: share)
    var learnt = [Float](repeating: 0, count: share)
    for index in 0..<count {
      if index % processes == 0, try communicator.any(isInterrupted()) { return nil }
      guard index % processes == rank else {
        data.skipBatch()
        continue
      }
      let batch = data.nextBatch()
      let sequences = batch.sequences(ofAtMost: batch.sequenceLength, cutBefore: documentStart)
      try model.forward(batch.inputs, in: sequences, into: activations)
      losses[index / processes] = try model.loss(targets: batch.targets, from: activations)
      learnt[index / processes] = Float(batch.learntCount)
    }
    let gathered = try FileLoss.gathered(losses, from: communicator, at: step) { () throws(FileError) in
      try data.check()
    }
    let all = (losses: gathered, learnt: try communicator.gathered(learnt))
    // In units of the first batch's targets: exactly 1 if all have the same.
    let usual = max(1, Double(all.learnt[0]))
    var (sum, weights) = (0.0, 0.0)
    for index in 0..<count {
      let place = index % processes * share + index / processes
      let weight = Double(all.learnt[place]) / usual
      sum += weight * Double(all.losses[place])
      weights += weight
    }
    return Float(sum / max(weights, .leastNonzeroMagnitude))
  }
}
