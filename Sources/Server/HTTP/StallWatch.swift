#if Server
  import NIOCore
  import Synchronization

  /// Closes a connection whose client has not taken what was written for too long.
  final class StallWatch: Sendable {
    private let since = Mutex<ContinuousClock.Instant?>(nil)

    /// Runs `body`, whose writes go through `write`.
    func run(
      _ channel: any Channel, closingAfter limit: Duration, _ body: () async throws -> Void
    ) async throws {
      let watching = Task {
        while !Task.isCancelled {
          try await Task.sleep(for: limit / 4)
          if let start = since.withLock({ $0 }), ContinuousClock.now - start > limit {
            return channel.close(promise: nil)
          }
        }
      }
      defer { watching.cancel() }
      try await body()
    }

    func write(_ body: () async throws -> Void) async throws {
      since.withLock { $0 = .now }
      defer { since.withLock { $0 = nil } }
      try await body()
    }
  }
#endif
