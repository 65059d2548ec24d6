import Communication
import Kernels
import ModelFiles
import RandomNumbers
import TestSupport
import Testing
import Transformer

@testable import Training

/// Sums of replicas: the same bits on any number of processes, namely those of the tree as it is drawn.
@Suite struct ReplicaSumTests {
  /// R replicas' values, that show an order: of very different sizes.
  private static func values(replica: Int, count: Int) -> [Float] {
    var generator = MersenneTwister(seed: UInt32(1000 + replica))
    return (0..<count).map { _ in
      let size = Float(generator.nextUInt32() % 12)
      return (Float(generator.nextUInt32()) / Float(UInt32.max) - 0.5)
        * (0..<Int(size)).reduce(1) { value, _ in value * 7 }
    }
  }

  /// The tree, written as it is defined.
  private static func expected(_ values: [[Float]]) -> [Float] {
    func add(_ left: [Float], _ right: [Float]) -> [Float] { zip(left, right).map { $0 + $1 } }
    if values.count % 2 == 1 { return values.dropFirst().reduce(values[0], add) }
    let middle = values.count / 2
    return add(expected(Array(values[..<middle])), expected(Array(values[middle...])))
  }

  private static func parameters(_ configuration: Configuration) throws -> Parameters {
    try Parameters(zeroed: configuration)
  }

  private static let configuration = Result {
    try Configuration(maximumSequenceLength: 3, vocabularySize: 11, layers: 1, heads: 1, channels: 5)
  }

  @Test(arguments: [
    (1, 1), (2, 1), (2, 2), (3, 1), (4, 1), (4, 2), (4, 4), (6, 1), (6, 2), (8, 1), (8, 2), (8, 4), (8, 8),
    (12, 2), (12, 4), (5, 1), (40, 8),
  ])
  func sumsAreTheTrees(replicas: Int, processes: Int) throws {
    let configuration = try Self.configuration.get()
    let count = try #require(Parameters.valueCount(of: configuration))
    let values = (0..<replicas).map { Self.values(replica: $0, count: count) }
    let sums = try ThreadJob.run(processes: processes) { communicator in
      let tree = try ReplicaTree(replicas: replicas, processes: processes, rank: communicator.rank)
      let workers = Workers(count: 1)
      let sums = try ReplicaSums(tree) { () throws(AllocationError) in try Parameters(zeroed: configuration) }
      // Twice, since it is used again and again.
      var result: [Float] = []
      for _ in 0..<2 {
        for replica in tree.local {
          _ = sums.next.values.update(from: values[replica])
          sums.add(on: workers)
        }
        try communicator.sum(sums.sum.values, on: workers)
        result = sums.sum.copy()
      }
      return result
    }
    let expected = Self.expected(values)
    // Thousands of numbers are not to be printed.
    #expect(sums.allSatisfy { $0 == expected })
    // The order can be seen at all, where it is not from the left.
    let fromTheLeft = values.dropFirst().reduce(values[0]) { zip($0, $1).map { $0 + $1 } }
    #expect((expected == fromTheLeft) == (replicas < 4 || replicas == 5))
  }

  @Test func memoryGrowsWithTheLogarithm() throws {
    for (replicas, sums) in [(1, 1), (2, 2), (4, 3), (8, 4), (64, 7), (3, 2), (6, 3), (12, 4)] {
      #expect(try ReplicaTree(replicas: replicas).sumCount == sums)
    }
    #expect(try ReplicaTree(replicas: 8, processes: 8, rank: 5).sumCount == 1)
  }

  @Test func everyReplicaIsOneProcesss() throws {
    for processes in [1, 2, 4] {
      let local = try (0..<processes).map {
        try ReplicaTree(replicas: 12, processes: processes, rank: $0).local
      }
      #expect(local.flatMap(Array.init) == Array(0..<12))
    }
  }

  @Test(arguments: [(4, 3), (4, 8), (6, 4), (1, 2), (3, 3), (0, 1)])
  func processesThatDoNotDivideAreRefused(replicas: Int, processes: Int) {
    #expect(throws: ReplicaError(replicas: replicas, processes: processes)) {
      try ReplicaTree(replicas: replicas, processes: processes)
    }
  }

  /// More values than are exchanged at a time, and a number that does not halve.
  @Test func longSums() throws {
    let count = (1 << 21) + 3
    let values = (0..<4).map { Self.values(replica: $0, count: 97) }
    let sums = try ThreadJob.run(processes: 4) { communicator in
      var mine = (0..<count).map { values[communicator.rank][$0 % 97] }
      try mine.withUnsafeMutableBufferPointer { try communicator.sum($0, on: Workers(count: 1)) }
      return mine
    }
    let expected = Self.expected(values)
    for sum in sums { #expect(sum.indices.allSatisfy { sum[$0] == expected[$0 % 97] }) }
  }
}
