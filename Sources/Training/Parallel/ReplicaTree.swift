import GPT2Communication

/// The order in which the gradients of a run's replicas are summed, which no number of processes changes.
///
/// A replica is a share of every update's batches, as if a process of its own had made it. With R = 2ᵏ·o replicas, o odd,
/// each o that follow one another are added from the left; their sums are the leaves of a binary tree. A process has
/// R / P replicas that follow one another, so that the upper log₂ P floors of the tree are between processes:
///
///     replicas            0   1   2   3   4   5   6   7
///     within a process    └─+─┘   └─+─┘   └─+─┘   └─+─┘      P = 4
///     between them          └───+───┘       └───+───┘
///                               └───────+───────┘
package struct ReplicaTree: Equatable, Sendable {
  /// R
  package let replicas: Int
  /// P
  package let processes: Int
  package let rank: Int

  /// - Throws: `ReplicaError` if so many processes cannot share the replicas.
  package init(replicas: Int, processes: Int = 1, rank: Int = 0) throws(ReplicaError) {
    precondition((0..<processes).contains(rank), "no such process")
    guard processes.isPowerOfTwo, replicas > 0, replicas % processes == 0 else {
      throw ReplicaError(replicas: replicas, processes: processes)
    }
    self.replicas = replicas
    self.processes = processes
    self.rank = rank
  }

  /// The replicas of this process.
  package var local: Range<Int> { rank * localCount..<(rank + 1) * localCount }

  private var localCount: Int { replicas / processes }

  /// o: how many are added from the left.
  var groupCount: Int { replicas >> replicas.trailingZeroBitCount }

  /// Sums that are held at most, one of a replica alone included.
  package var sumCount: Int {
    (localCount / groupCount).trailingZeroBitCount + (groupCount > 1 ? 2 : 1)
  }

  /// Whether a replica is the last of its o, so that their sum is there.
  ///
  /// - Parameter index: The replica's among those of the process.
  func completesGroup(_ index: Int) -> Bool { index % groupCount == groupCount - 1 }

  /// How often the last two sums become one, once a replica of this process is there.
  ///
  /// - Parameter index: The replica's among those of the process, which come in order.
  func merges(after index: Int) -> Int {
    let (group, place) = index.quotientAndRemainder(dividingBy: groupCount)
    let withGroup = place > 0 ? 1 : 0
    return withGroup + (place == groupCount - 1 ? (~group).trailingZeroBitCount : 0)
  }
}

/// A number of processes that replicas cannot be shared by.
package struct ReplicaError: Error, Equatable, Sendable, CustomStringConvertible {
  package let replicas: Int
  package let processes: Int

  package var description: String {
    let most = 1 << max(0, replicas).trailingZeroBitCount
    return "found \(processes) \(processes == 1 ? "process" : "processes") for \(replicas) "
      + "\(replicas == 1 ? "replica" : "replicas"), expected a power of two that divides their number: "
      + "at most \(replicas > 0 ? most : 0); start another number of processes, or a new run with other --replicas"
  }
}

extension ReplicaTree {
  /// The sum of one value of each replica, in the tree's order.
  static func sum(_ values: [Float]) -> Float {
    guard values.count % 2 == 0, !values.isEmpty else {
      return values.dropFirst().reduce(values.first ?? 0, +)
    }
    let middle = values.count / 2
    return sum(Array(values[..<middle])) + sum(Array(values[middle...]))
  }
}
