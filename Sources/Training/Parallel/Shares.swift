/// Which part of a range of values each of P processes has the sum of, once the sum is scattered.
///
/// Parts are in the order of the steps in which processes meet: the first step decides between the lower and the upper
/// half of the parts, the second between their halves, and so on. So process r has the part whose number is r with its
/// log₂ P bits in reverse.
struct Shares: Sendable {
  /// What is in each of P parts of a range: disjoint ranges in order, together all of it.
  let parts: @Sendable (_ range: Range<Int>, _ processes: Int) -> [[Range<Int>]]

  /// As equal as can be.
  static let equal = Shares { range, processes in
    // Not count · i / P, which may overflow.
    let (length, longer) = range.count.quotientAndRemainder(dividingBy: processes)
    let bounds = (0...processes).map { range.lowerBound + $0 * length + min($0, longer) }
    return zip(bounds, bounds.dropFirst()).map { $0 < $1 ? [$0..<$1] : [] }
  }

  /// Those of owners of all values.
  ///
  /// - Parameter owned: What each part has of all values: disjoint ranges in order.
  static func fixed(_ owned: [[Range<Int>]]) -> Shares {
    Shares { range, processes in
      precondition(owned.count == processes, "shares of other processes")
      return owned.map { part in part.map { $0.clamped(to: range) }.filter { !$0.isEmpty } }
    }
  }

  /// The part of a process, and the process of a part.
  static func part(of rank: Int, _ processes: Int) -> Int {
    (0..<processes.trailingZeroBitCount).reduce(0) { $0 << 1 | rank >> $1 & 1 }
  }

  /// The ranges' parts that two processes, which meet in a step, add up: each keeps one half of these parts.
  ///
  /// - Returns: For each step, its distance between ranks, and the values that stay and that go.
  func steps(over ranges: [Range<Int>], rank: Int, processes: Int) -> [SumStep] {
    let owned = ranges.map { self.parts($0, processes) }
    var parts = 0..<processes
    var steps: [SumStep] = []
    while parts.count > 1 {
      let distance = processes / parts.count
      let middle = parts.lowerBound + parts.count / 2
      let (lower, upper) = (parts.lowerBound..<middle, middle..<parts.upperBound)
      let (mine, theirs) = rank & distance == 0 ? (lower, upper) : (upper, lower)
      func values(_ parts: Range<Int>) -> [Range<Int>] { owned.flatMap { $0[parts].joined() }.joined() }
      steps.append(SumStep(peer: rank ^ distance, mine: values(mine), theirs: values(theirs)))
      parts = mine
    }
    return steps
  }
}

extension [Range<Int>] {
  /// The same values in the same order, those that follow one another in one range.
  func joined() -> [Range<Int>] {
    reduce(into: []) { joined, range in
      if let last = joined.last, last.upperBound == range.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<range.upperBound
      } else {
        joined.append(range)
      }
    }
  }
}

/// What two processes do together in one step of a sum.
struct SumStep: Equatable {
  let peer: Int
  /// Values that this process goes on with.
  let mine: [Range<Int>]
  /// Values that the other one goes on with.
  let theirs: [Range<Int>]
}
