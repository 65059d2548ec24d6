import GPT2Communication
import GPT2Kernels
import GPT2ModelFiles
import GPT2RandomNumbers
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2TrainingCore

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

  /// Of the binary tree's nodes, each rounded to bfloat16; its leaves are sums of o.
  private static func expectedRounded(_ values: [[Float]]) -> [Float] {
    if values.count % 2 == 1 { return expected(values).map(rounded) }
    let middle = values.count / 2
    let (left, right) = (expectedRounded(Array(values[..<middle])), expectedRounded(Array(values[middle...])))
    return zip(left, right).map { rounded($0 + $1) }
  }

  /// To the nearest of the values whose lower sixteen bits are zero; to the even one of two.
  private static func rounded(_ value: Float) -> Float {
    let (upper, lower) = (value.bitPattern >> 16, value.bitPattern & 0xFFFF)
    let isUp = lower > 0x8000 || (lower == 0x8000 && upper % 2 == 1)
    return Float(bitPattern: (isUp ? upper + 1 : upper) << 16)
  }

  /// Two layers of five channels; and of one, so that most tensors have less than a value for each of eight processes.
  private static let configurations = [5, 1].map { channels in
    Result {
      try Configuration(
        maximumSequenceLength: 3, vocabularySize: 11, layers: 2, heads: 1, channels: channels)
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let replicas: Int
    let processes: Int

    var testDescription: String { "\(replicas) replicas on \(processes)" }
  }

  private static let cases = [
    (1, 1), (2, 1), (2, 2), (3, 1), (4, 1), (4, 2), (4, 4), (6, 1), (6, 2), (8, 1), (8, 2), (8, 4), (8, 8),
    (12, 2), (12, 4), (5, 1), (40, 8),
  ].map { Case(replicas: $0, processes: $1) }

  /// Every process's sum, taken twice, since what takes it is used again and again.
  private static func sums(
    _ values: [[Float]], _ configuration: Configuration, processes: Int, precision: Precision,
    overlapping: Bool
  ) throws -> [[Float]] {
    try ThreadJob.run(processes: processes) { communicator in
      let exchange = try GradientExchange(
        ReplicaSums(
          ReplicaTree(replicas: values.count, processes: processes, rank: communicator.rank),
          precision: precision
        ) { () throws(AllocationError) in try Parameters(zeroed: configuration) },
        sharedBy: communicator, overlapping: overlapping, on: Workers(count: 1))
      var sums: [[Float]] = []
      for _ in 0..<2 {
        for replica in exchange.local {
          // Other tokens in every process.
          let tokens = [Int32(replica % 11), Int32(replica * 3 % 11)]
          let used = (0..<128).map { tokens.contains(Int32($0)) }
          try exchange.addReplica(endingWith: tokens) { gradients, finish in
            // A part is written no sooner than it is said to be final.
            gradients.values.update(repeating: .nan)
            for part in GradientPart.inBackwardOrder(layers: 2) {
              for range in gradients.ranges(of: part, whereUsed: used) {
                for index in range { gradients.values[index] = values[replica][index] }
              }
              finish(part)
            }
          }
        }
        sums.append(exchange.sum.copy())
      }
      #expect(sums[0] == sums[1])
      return sums[0]
    }
  }

  @Test(arguments: cases, [true, false])
  func sumsAreTheTrees(of wanted: Case, overlapping: Bool) throws {
    for configuration in Self.configurations {
      let configuration = try configuration.get()
      let count = try #require(Parameters.valueCount(of: configuration))
      let values = (0..<wanted.replicas).map { Self.values(replica: $0, count: count) }
      func sums(_ precision: Precision) throws -> [[Float]] {
        try Self.sums(
          values, configuration, processes: wanted.processes, precision: precision, overlapping: overlapping)
      }
      let expected = Self.expected(values)
      // Thousands of numbers are not to be printed.
      #expect(try sums(.fp32).allSatisfy { $0 == expected })
      // The order can be seen at all, where it is not from the left.
      let fromTheLeft = values.dropFirst().reduce(values[0]) { zip($0, $1).map { $0 + $1 } }
      #expect((expected == fromTheLeft) == (wanted.replicas < 4 || wanted.replicas == 5))

      let rounded = Self.expectedRounded(values)
      #expect(try sums(.bf16).allSatisfy { $0 == rounded })
      // So can the places where it is rounded.
      #expect(rounded != expected)
      #expect((rounded == expected.map(Self.rounded)) == (wanted.replicas % 2 == 1))
    }
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
  @Test(arguments: Precision.allCases) func longSums(precision: Precision) throws {
    let count = (1 << 21) + 3
    let values = (0..<4).map { Self.values(replica: $0, count: 97).map(Self.rounded) }
    let sums = try ThreadJob.run(processes: 4) { communicator in
      var mine = (0..<count).map { values[communicator.rank][$0 % 97] }
      let between = ProcessSums(
        communicator: communicator, shares: .equal, precision: precision, workers: Workers(count: 1))
      // All but one value, in three ranges.
      let ranges = [0..<70, 71..<72, 72..<count]
      try mine.withUnsafeMutableBufferPointer { try between.sum(ranges, of: $0) }
      return mine
    }
    let expected = precision == .fp32 ? Self.expected(values) : Self.expectedRounded(values)
    for (rank, sum) in sums.enumerated() {
      #expect(sum.indices.allSatisfy { sum[$0] == ($0 == 70 ? values[rank] : expected)[$0 % 97] })
    }
  }
}

extension GradientPart {
  fileprivate static func inBackwardOrder(layers: Int) -> [GradientPart] {
    [.unusedTokens, .finalNorm] + (0..<layers).reversed().map { .layer($0) } + [.embeddings]
  }
}
