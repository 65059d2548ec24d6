import GPT2Communication
import GPT2Kernels
import TestSupport
import Testing

@testable import GPT2TrainingCore

/// Who has which part of a sum between the steps there and the steps back.
@Suite struct SharesTests {
  @Test(arguments: [0, 1, 3, 7, 8, 1000], [1, 2, 4, 8])
  func equalSharesCoverTheRange(count: Int, processes: Int) {
    let parts = Shares.equal.parts(5..<5 + count, processes)
    #expect(parts.count == processes && parts.flatMap { $0 }.flatMap(Array.init) == Array(5..<5 + count))
    for part in parts {
      let values = part.reduce(0) { $0 + $1.count }
      #expect((count / processes...(count + processes - 1) / processes).contains(values))
    }
  }

  @Test func processesMeetAsTheTreeHasThem() {
    let steps = Shares.equal.steps(over: [0..<8, 20..<21], rank: 2, processes: 4)
    #expect(
      steps == [
        SumStep(peer: 3, mine: [0..<4, 20..<21], theirs: [4..<8]),
        SumStep(peer: 0, mine: [2..<4], theirs: [0..<2, 20..<21]),
      ])
    #expect(Shares.equal.steps(over: [0..<8], rank: 0, processes: 1).isEmpty)
  }

  /// All to one, nothing to some, and equal: the process has the sum of its share after `scatter`, and everybody has all
  /// after `gather`.
  @Test(arguments: [1, 2, 4, 8], Precision.allCases)
  func anySharesGiveTheSameSums(processes: Int, precision: Precision) throws {
    let count = 37
    let uneven = Shares { range, processes in
      let bounds =
        [range.lowerBound] + (1..<processes).map { min(range.upperBound, range.lowerBound + $0 * $0) }
        + [range.upperBound]
      return zip(bounds, bounds.dropFirst()).map { [$0..<$1] }
    }
    let toTheLast = Shares { range, processes in
      [[Range<Int>]](repeating: [], count: processes - 1) + [[range]]
    }
    // Every process has two runs, across the ranges' bounds.
    let owned = Shares.fixed(
      (0..<processes).map { part in [part * 2..<part * 2 + 2, 16 + part..<17 + part] })
    let rest = Shares { range, processes in
      // What nobody has of these is the first's.
      var parts = owned.parts(range, processes)
      let others = range.filter { index in !parts.contains { $0.contains { $0.contains(index) } } }
      parts[0] = (parts[0].flatMap(Array.init) + others).sorted().map { $0..<$0 + 1 }.joined()
      return parts
    }
    for shares in [uneven, toTheLast, rest, .equal] {
      let results = try ThreadJob.run(processes: processes) { communicator in
        // Whole numbers, which all sums are exact for.
        var values = (0..<count).map { Float($0 % 8 * (communicator.rank + 1)) }
        let sums = ProcessSums(
          communicator: communicator, shares: shares, precision: precision, workers: Workers(count: 1))
        let ranges = [0..<1, 1..<30, 30..<30, 30..<count]
        return try values.withUnsafeMutableBufferPointer { values in
          try sums.scatter(ranges, of: values)
          let scattered = Array(values)
          try sums.gather(ranges, of: values)
          return (scattered, Array(values))
        }
      }
      let expected = (0..<count).map { Float($0 % 8 * processes * (processes + 1) / 2) }
      var owners = [Int](repeating: 0, count: count)
      for (rank, (scattered, gathered)) in results.enumerated() {
        #expect(gathered == expected)
        let bits = processes.trailingZeroBitCount
        let part = (0..<bits).reduce(0) { $0 << 1 | rank >> $1 & 1 }
        #expect(Shares.part(of: rank, processes) == part)
        for range in [0..<1, 1..<30, 30..<30, 30..<count] {
          for index in shares.parts(range, processes)[part].flatMap(Array.init) {
            #expect(scattered[index] == expected[index])
            owners[index] += 1
          }
        }
      }
      #expect(owners == [Int](repeating: 1, count: count))
    }
  }
}
