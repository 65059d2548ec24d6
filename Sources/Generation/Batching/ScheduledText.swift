/// A text that is being written by a `BatchScheduler`: its tokens as they come. For one reader.
///
/// It is given up, and its place is free at once, when the task that iterates is cancelled, when nobody holds it any more,
/// or by `cancel`. A reader that takes no tokens lets the text wait, not the others.
///
/// Errors that an iteration throws: `SamplingError` for damaged weights; `AllocationError`; `CancellationError`.
package final class ScheduledText: AsyncSequence, Sendable {
  package typealias Element = GeneratedToken

  private let output: TextOutput
  private let giveUp: @Sendable () -> Void

  init(_ output: TextOutput, giveUp: @escaping @Sendable () -> Void) {
    self.output = output
    self.giveUp = giveUp
  }

  deinit { giveUp() }

  /// Ends the text with `CancellationError`, if it has not ended.
  package func cancel() { giveUp() }

  /// The prompt's tokens with what the model thinks of them, once they are read; none if they were not asked for.
  ///
  /// - Throws: As iteration does.
  package func promptScores() async throws -> [PromptToken] {
    try await withTaskCancellationHandler {
      try await output.promptScores()
    } onCancel: {
      giveUp()
    }
  }

  package func makeAsyncIterator() -> Iterator { Iterator(text: self) }

  package struct Iterator: AsyncIteratorProtocol {
    fileprivate let text: ScheduledText

    package func next() async throws -> GeneratedToken? {
      let text = text
      return try await withTaskCancellationHandler {
        try Task.checkCancellation()
        return try await text.output.next()
      } onCancel: {
        text.giveUp()
      }
    }
  }
}
