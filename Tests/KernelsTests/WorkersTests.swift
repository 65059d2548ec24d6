import Foundation
import Synchronization
import Testing

@testable import GPT2Kernels

@Suite("Workers") struct WorkersTests {
  static let threadCounts = [1, 2, 3, 16]

  /// How often `run` calls its body with each part.
  private func calls(_ parts: Int, _ run: ((Int) -> Void) -> Void) -> [Int] {
    // One more, for parts there should be none of.
    let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: parts + 1)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0)
    run { counts[min($0, parts)] += 1 }
    return counts.dropLast() + (counts[parts] == 0 ? [] : [counts[parts]])
  }

  @Test("Every part once", arguments: threadCounts, [0, 1, 2, 3, 17, 1000])
  func everyPartOnce(threads: Int, parts: Int) {
    let workers = Workers(count: threads)
    #expect(workers.count == threads)
    for _ in 0..<100 {
      let counts = calls(parts) { workers.run(parts: parts, $0) }
      #expect(counts == [Int](repeating: 1, count: parts))
    }
  }

  @Test("Ranges cover all, the last shorter", arguments: threadCounts)
  func ranges(threads: Int) {
    let workers = Workers(count: threads)
    for (count, length) in [(0, 4), (1, 4), (4, 4), (10, 4), (7, 0)] {
      let counts = calls(count) { body in
        workers.run(over: count, inRangesOf: length) { range in
          if range.count > max(1, length) { Issue.record("\(range) is too long") }
          range.forEach(body)
        }
      }
      #expect(counts == [Int](repeating: 1, count: count))
    }
  }

  /// Each region writes to its caller's frame, which the next one uses for something else.
  @Test("A hundred thousand regions", arguments: [2, 3, 16])
  func manyRegions(threads: Int) {
    let workers = Workers(count: threads)
    var wrong = 0
    for region in 0..<100_000 {
      wrong += sum(of: region, parts: 2 + region % 5, on: workers) ? 0 : 1
    }
    #expect(wrong == 0)
  }

  @inline(never)
  private func sum(of region: Int, parts: Int, on workers: Workers) -> Bool {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: parts) { results in
      results.initialize(repeating: -1)
      workers.run(parts: parts) { results[$0] = region + $0 }
      return results.indices.allSatisfy { results[$0] == region + $0 }
    }
  }

  @Test("Regions within parts", arguments: threadCounts)
  func nested(threads: Int) {
    let workers = Workers(count: threads)
    for _ in 0..<100 {
      let counts = calls(8 * 5 * 3) { body in
        workers.run(parts: 8) { outer in
          workers.run(parts: 5) { middle in
            workers.run(parts: 3) { body((outer * 5 + middle) * 3 + $0) }
          }
        }
      }
      #expect(counts.allSatisfy { $0 == 1 })
    }
  }

  @Test("Several callers at once", arguments: threadCounts)
  func concurrentCallers(threads: Int) async {
    let workers = Workers(count: threads)
    let wrong = await withTaskGroup(of: Int.self) { group in
      for caller in 0..<4 {
        group.addTask {
          (0..<5_000).count { !sum(of: caller * 1_000_000 + $0, parts: 2 + $0 % 5, on: workers) }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wrong == 0)
  }

  @Test("Let go while helpers are awake", arguments: [2, 16])
  func letGo(threads: Int) {
    for region in 0..<2_000 {
      let workers = Workers(count: threads)
      #expect(sum(of: region, parts: 4, on: workers))
      #expect(sum(of: region, parts: 4, on: workers))
    }
  }

  @Test("What a part captures is let go before its region ends")
  func nothingIsHeld() {
    final class Witness: Sendable {
      let value = Atomic<Int>(0)
    }
    let workers = Workers(count: 3)
    for _ in 0..<10_000 {
      var witness = Witness()
      workers.run(parts: 3) { _ in witness.value.add(1, ordering: .relaxed) }
      #expect(isKnownUniquelyReferenced(&witness))
      #expect(witness.value.load(ordering: .relaxed) == 3)
    }
  }
}

@Suite("Workers' crew") struct WorkersCrewTests {
  @Test("Helpers do help, and are gone after a while")
  func helpersComeAndGo() {
    let crew = Crew(helpers: 2)
    let caller = ObjectIdentifier(Thread.current)
    let othersParts = Atomic<Int>(0)
    // However busy the machine is, a helper gets a turn at some time.
    for _ in 0..<10_000 where othersParts.load(ordering: .relaxed) == 0 {
      withoutActuallyEscaping({ (_: Int) in
        if ObjectIdentifier(Thread.current) != caller { othersParts.add(1, ordering: .relaxed) }
        usleep(200)
      }) { _ = crew.perform(Crew.Job(parts: 3, body: $0)) }
    }
    #expect(othersParts.load(ordering: .relaxed) > 0)
    // An idle process burns nothing: in ten seconds every helper got its turn to leave.
    for _ in 0..<1_000 where crew.enlisted.load(ordering: .relaxed) > 0 { usleep(10_000) }
    #expect(crew.enlisted.load(ordering: .relaxed) == 0)
  }

  @Test("Where the system starts no more threads the caller does all parts")
  func withoutThreads() {
    let crew = Crew(helpers: 3, available: 0)
    let caller = ObjectIdentifier(Thread.current)
    let parts = Atomic<Int>(0)
    withoutActuallyEscaping({ (_: Int) in
      #expect(ObjectIdentifier(Thread.current) == caller)
      parts.add(1, ordering: .relaxed)
    }) { #expect(crew.perform(Crew.Job(parts: 100, body: $0))) }
    #expect(parts.load(ordering: .relaxed) == 100)
    #expect(crew.enlisted.load(ordering: .relaxed) == 0)
  }

  @Test("A crew at work takes no other job")
  func busy() {
    let crew = Crew(helpers: 1)
    var answers: [Bool] = []
    withoutActuallyEscaping({ (part: Int) in
      if part == 0 { answers.append(crew.perform(Crew.Job(parts: 2) { _ in })) }
    }) { answers.append(crew.perform(Crew.Job(parts: 2, body: $0))) }
    #expect(answers == [false, true])
  }
}
