import Foundation
import GPT2TrainingCore
import Synchronization
import Testing

@testable import GPT2Training

/// What the thread that trains and its reader hand each other.
@Suite struct EventQueueTests {
  private static let count = 200

  /// Never more than 32 events ahead of the reader, who gets all of them in order.
  @Test(.timeLimit(.minutes(5))) func aSlowReaderHoldsTheWriterBack() async throws {
    let queue = EventQueue()
    let written = Mutex(0)
    Thread.detachNewThread {
      for step in 1...Self.count {
        queue.write(.sample(step: step, text: ""))
        written.withLock { $0 += 1 }
      }
      queue.finish(.success(()))
    }
    while written.withLock({ $0 }) < 32 { await Task.yield() }
    for step in 1...Self.count {
      guard case .sample(step, _)? = try await queue.next() else {
        Issue.record("not the event of step \(step)")
        return
      }
      for _ in 0..<10 { await Task.yield() }
      let ahead = written.withLock { $0 } - step
      #expect(ahead <= 32)
    }
    let afterTheLast = try await queue.next()
    #expect(afterTheLast == nil)
  }

  /// The reader may be who waits, and would wait for ever.
  @Test(.timeLimit(.minutes(5))) func whoWaitsForTheEndNeedNotRead() async throws {
    let queue = EventQueue()
    Thread.detachNewThread {
      for step in 1...Self.count { queue.write(.sample(step: step, text: "")) }
      queue.finish(.success(()))
    }
    try await queue.waitForEnd().get()
    for step in 1...Self.count {
      guard case .sample(step, _)? = try await queue.next() else {
        Issue.record("not the event of step \(step)")
        return
      }
    }
    let afterTheLast = try await queue.next()
    #expect(afterTheLast == nil)
  }
}
