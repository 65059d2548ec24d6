import GPT2Kernels
import Synchronization
import Testing

@Suite("Workers' scratch memory") struct WorkersScratchTests {
  private let workers = Workers(count: 3)

  private func address(_ count: Int) -> UInt { workers.withScratch(count) { UInt(bitPattern: $0) } }

  @Test(
    "On a page boundary, and writable to the end", arguments: [0, 1, 1000, 16_384, 16_385, 300_000, 1 << 20])
  func alignment(count: Int) {
    workers.withScratch(count) { values in
      #expect(UInt(bitPattern: values) % 4096 == 0)
      for index in 0..<count { values[index] = Float(index) }
      #expect((0..<count).allSatisfy { values[$0] == Float($0) })
    }
  }

  @Test("Used again, also by a copy")
  func reuse() {
    let first = address(1000)
    #expect(address(1000) == first && address(10) == first)
    let copy = workers
    #expect(copy.withScratch(1000) { UInt(bitPattern: $0) } == first)
  }

  @Test("The smallest that fits")
  func smallestThatFits() {
    let (small, large) = workers.withScratch(1_000_000) { large in (address(10), UInt(bitPattern: large)) }
    #expect(small != large)
    #expect(address(10) == small && address(1_000_000) == large)
    workers.withScratch(10) { _ in
      // The small one is taken.
      #expect(address(10) == large)
    }
  }

  @Test("One that is too small makes room for a larger")
  func growth() {
    _ = address(10)
    let large = address(1_000_000)
    #expect(address(10) == large)
  }

  @Test("Holders at the same time have memory of their own", arguments: [1, 1000, 100_000])
  func distinct(count: Int) {
    let spoilt = Atomic<Int>(0)
    for _ in 0..<20 {
      workers.run(parts: 12) { part in
        workers.withScratch(count) { outer in
          outer.update(repeating: Float(part), count: count)
          workers.withScratch(count) { $0.update(repeating: -1, count: count) }
          if !(0..<count).allSatisfy({ outer[$0] == Float(part) }) { spoilt.add(1, ordering: .relaxed) }
        }
      }
    }
    #expect(spoilt.load(ordering: .relaxed) == 0)
  }

  #if DEBUG
    @Test("NaN in debug builds, at every use")
    func notANumber() {
      for _ in 0..<2 {
        workers.withScratch(1000) { values in
          #expect((0..<1000).allSatisfy { values[$0].isNaN })
          values.update(repeating: 0, count: 1000)
        }
      }
    }
  #endif

  @Test("Errors pass through, and the memory comes back")
  func errors() {
    struct Failure: Error {}
    let before = address(1000)
    #expect(throws: Failure.self) {
      try workers.withScratch(1000) { _ throws(Failure) -> Int in throw Failure() }
    }
    #expect(address(1000) == before)
  }
}
