import GPT2BinaryFiles
import Foundation
import Synchronization
import Testing

@testable import GPT2Tokens

/// Work on several threads that comes out in order and does not pile up.
struct OrderedMapTests {
  @Test(arguments: [1, 2, 5, 16])
  func resultsComeInOrder(threads: Int) throws {
    for count in [0, 1, threads, 2 * threads + 1, 200] {
      let map = OrderedMap(threads: threads) { (value: Int) in
        // Later values are done sooner.
        usleep(UInt32(200 - value % 8 * 20))
        return value * value
      }
      var next = 0
      var results: [Int] = []
      let isComplete = try map.run(
        isInterrupted: { false },
        next: {
          defer { next += 1 }
          return next < count ? next : nil
        }, consume: { results.append($0) })
      #expect(isComplete)
      #expect(results == (0..<count).map { $0 * $0 })
    }
  }

  @Test(arguments: [1, 2, 5])
  func fewValuesAreUnderWay(threads: Int) throws {
    let active = Atomic<Int>(0)
    let mostActive = Atomic<Int>(0)
    let map = OrderedMap(threads: threads) { (value: Int) in
      let now = active.add(1, ordering: .relaxed).newValue
      mostActive.max(now, ordering: .relaxed)
      usleep(500)
      active.subtract(1, ordering: .relaxed)
      return value
    }
    var taken = 0
    var given = 0
    var mostHeld = 0
    _ = try map.run(
      isInterrupted: { false },
      next: {
        taken += 1
        mostHeld = max(mostHeld, taken - given)
        return taken <= 60 ? taken : nil
      }, consume: { _ in given += 1 })
    #expect(given == 60)
    #expect(mostHeld <= 2 * threads)
    #expect(mostActive.load(ordering: .relaxed) <= threads)
  }

  @Test func whatTheEndsThrowIsThrown() throws {
    let failure = FileError("file", .notFound)
    let map = OrderedMap(threads: 3) { (value: Int) in value }
    var taken = 0
    #expect(throws: failure) {
      _ = try map.run(
        isInterrupted: { false },
        next: { () throws(FileError) in
          taken += 1
          if taken == 20 { throw failure }
          return taken
        }, consume: { _ in })
    }
    var given = 0
    #expect(throws: failure) {
      _ = try map.run(
        isInterrupted: { false }, next: { 1 },
        consume: { (_: Int) throws(FileError) in
          given += 1
          if given == 7 { throw failure }
        })
    }
    #expect(given == 7)
  }

  /// Even while a value takes long.
  @Test func anInterruptionEndsTheWait() throws {
    let gate = DispatchSemaphore(value: 0)
    let map = OrderedMap(threads: 2) { (value: Int) in
      gate.wait()
      return value
    }
    let start = ContinuousClock.now
    let isComplete = try map.run(
      isInterrupted: { ContinuousClock.now - start > .milliseconds(50) }, next: { 1 }, consume: { _ in })
    #expect(!isComplete)
    #expect(ContinuousClock.now - start < .seconds(20))
    for _ in 0..<8 { gate.signal() }
  }
}
