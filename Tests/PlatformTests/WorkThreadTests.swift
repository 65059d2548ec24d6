import Foundation
import Testing

@testable import GPT2Platform

@Suite struct WorkThreadTests {
  private struct Refusal: Error, Equatable { let piece: Int }

  /// What was done, seen by several threads.
  private final class Done: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Int] = []

    func add(_ value: Int) { lock.withLock { values.append(value) } }
    var all: [Int] { lock.withLock { values } }
  }

  @Test func piecesAreDoneInOrder() throws {
    let done = Done()
    let thread = try WorkThread<Int, Never> { done.add($0) }
    for round in 0..<3 {
      for piece in 0..<100 { thread.add(100 * round + piece) }
      thread.wait()
      #expect(done.all == Array(0..<100 * (round + 1)))
    }
    // Nothing to do, nothing to wait for.
    thread.wait()
  }

  @Test func afterAFailureTheRestIsLeftOutOnce() throws {
    let done = Done()
    let thread = try WorkThread<Int, Refusal> { piece throws(Refusal) in
      if piece == 3 { throw Refusal(piece: piece) }
      done.add(piece)
    }
    // The first waits until all are there.
    let gate = DispatchSemaphore(value: 0)
    let gated = try WorkThread<Int, Refusal> { piece throws(Refusal) in
      if piece == 0 { gate.wait() }
      if piece == 3 { throw Refusal(piece: piece) }
      done.add(piece)
    }
    for piece in 0..<6 { gated.add(piece) }
    gate.signal()
    #expect(throws: Refusal(piece: 3)) { try gated.wait() }
    #expect(done.all == [0, 1, 2])
    // It is said once, and the thread is there for what comes.
    gated.add(7)
    try gated.wait()
    #expect(done.all == [0, 1, 2, 7])
    try thread.wait()
  }

  @Test func whatIsCancelledIsLeftOut() throws {
    let done = Done()
    let (began, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let thread = try WorkThread<Int, Never> { piece in
      if piece == 0 {
        began.signal()
        gate.wait()
      }
      done.add(piece)
    }
    for piece in 0..<5 { thread.add(piece) }
    began.wait()
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { gate.signal() }
    thread.cancel()
    #expect(done.all == [0])
    thread.add(9)
    thread.wait()
    #expect(done.all == [0, 9])
  }

  /// Its work is let go of with it.
  @Test func theThreadEndsWithItsOwner() throws {
    weak var seen: Done?
    do {
      let done = Done()
      seen = done
      let thread = try WorkThread<Int, Never> { done.add($0) }
      thread.add(1)
      thread.wait()
    }
    let end = Date(timeIntervalSinceNow: 20)
    while seen != nil, Date() < end { usleep(1000) }
    #expect(seen == nil)
  }
}
