import Foundation
import GPT2TrainingCore

/// Events on their way from the thread that trains to whoever reads them, and the word to stop on its way back.
///
/// It is no `Mutex`: the thread that trains waits in it while the reader is far behind.
final class EventQueue: @unchecked Sendable {
  // `@unchecked`: all properties below are touched with the lock held alone.
  private let lock = NSCondition()
  private var events: [TrainingEvent] = []
  private var end: Result<Void, any Error>?
  private var reader: CheckedContinuation<TrainingEvent?, any Error>?
  private var waiters: [CheckedContinuation<Result<Void, any Error>, Never>] = []
  private var stop: Stop?

  /// Why training is to end before its last step.
  enum Stop: Sendable {
    /// It is wanted so, or nobody reads any more.
    case asked
    /// The reader's task is cancelled.
    case cancelled
  }

  /// Events that may wait for the reader; training goes on once it takes some.
  static let most = 32

  var whyStopped: Stop? { locked { stop } }

  /// Hands an event over. Waits while the reader is far behind, but not for one who wants training to end, nor while
  /// somebody waits for its end: that may be the reader, who takes nothing meanwhile.
  func write(_ event: TrainingEvent) {
    let answer = locked {
      while events.count >= Self.most, stop == nil, waiters.isEmpty { lock.wait() }
      events.append(event)
      return reply()
    }
    answer?()
  }

  /// - Parameter result: What the reader is told after the last event.
  func finish(_ result: Result<Void, any Error>) {
    let (answer, waiting) = locked {
      end = result
      defer { waiters = [] }
      return (reply(), waiters)
    }
    answer?()
    for waiter in waiting { waiter.resume(returning: result) }
  }

  /// Asks training to end after the batch under way. The first reason counts.
  func stop(_ reason: Stop) {
    locked {
      stop = stop ?? reason
      lock.broadcast()
    }
  }

  /// The next event, once there is one; `nil` after the last.
  func next() async throws -> TrainingEvent? {
    try await withCheckedThrowingContinuation { (reader: CheckedContinuation<TrainingEvent?, any Error>) in
      let answer = locked {
        self.reader = reader
        return reply()
      }
      answer?()
    }
  }

  /// How training ended, once it has and all is saved.
  func waitForEnd() async -> Result<Void, any Error> {
    await withCheckedContinuation { waiter in
      let end = locked {
        if self.end == nil {
          waiters.append(waiter)
          lock.broadcast()
        }
        return self.end
      }
      if let end { waiter.resume(returning: end) }
    }
  }

  /// How the reader is answered, if it waits and that can be done now: to be called without the lock.
  private func reply() -> (() -> Void)? {
    guard let reader else { return nil }
    if !events.isEmpty {
      let event = events.removeFirst()
      self.reader = nil
      lock.broadcast()
      return { reader.resume(returning: event) }
    }
    guard let end else { return nil }
    self.reader = nil
    return { reader.resume(with: end.map { nil }) }
  }

  private func locked<Value>(_ body: () -> Value) -> Value {
    lock.lock()
    defer { lock.unlock() }
    return body()
  }
}
