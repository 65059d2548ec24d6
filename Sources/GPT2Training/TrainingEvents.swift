import GPT2TrainingCore

/// What happens while a session trains, in order: steps, validation losses, samples, checkpoints.
///
/// Training begins with the first event that is asked for, on a thread of its own, and goes at most 32 events ahead of its
/// reader, or any number while somebody awaits `TrainingSession.gpt2()`. It can be read once.
///
/// A reader that no longer reads, as after `break`, ends training after the batch under way; an update of several batches
/// is begun anew by whoever goes on. Cancelling the reader's task does the same: what was learnt is saved, the events until
/// then still come, and then the iteration throws `CancellationError`.
///
/// Errors that an iteration throws: `TrainingError` if the loss is no longer finite, before it reaches the weights;
/// `FileError` if a file cannot be read, or a checkpoint or the logs' end not be written; `AllocationError`; `TrainingSessionError`;
/// `KernelSetError` if `GPT2_KERNELS` names kernels that there are not.
public struct TrainingEvents: AsyncSequence, Sendable {
  /// What happened.
  public typealias Element = TrainingEvent

  let session: TrainingSession

  /// Training begins once it is asked for the first event.
  public func makeAsyncIterator() -> Iterator { Iterator(session: session) }

  /// The reader of a session's events.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate let session: TrainingSession
    fileprivate var reading: Reading?

    fileprivate init(session: TrainingSession) { self.session = session }

    /// The next event, once it has happened; `nil` after the last.
    public mutating func next() async throws -> TrainingEvent? {
      if reading == nil {
        try Task.checkCancellation()
        reading = Reading(try session.begin())
      }
      guard let queue = reading?.queue else { return nil }
      return try await withTaskCancellationHandler {
        try await queue.next()
      } onCancel: {
        queue.stop(.cancelled)
      }
    }
  }

  /// Ends training once nobody holds it any more.
  fileprivate final class Reading: Sendable {
    let queue: EventQueue

    init(_ queue: EventQueue) { self.queue = queue }

    deinit { queue.stop(.asked) }
  }
}
