/// Which part of a range of values each of P processes has the sum of, once the sum is scattered.
///
/// Parts follow one another in the order of the steps in which processes meet: the first step decides between the lower
/// and the upper half of the parts, the second between their halves, and so on. So process r has the part whose number is
/// r with its log₂ P bits in reverse.
struct Shares: Sendable {
  /// P + 1 bounds of a range's parts, from its first to its last; parts may be empty.
  let bounds: @Sendable (_ range: Range<Int>, _ processes: Int) -> [Int]

  /// As equal as can be.
  static let equal = Shares { range, processes in
    // Not count · i / P, which may overflow.
    let (length, longer) = range.count.quotientAndRemainder(dividingBy: processes)
    return (0...processes).map { range.lowerBound + $0 * length + min($0, longer) }
  }

  /// The ranges' parts that two processes, which meet in a step, add up: each keeps one half of these parts.
  ///
  /// - Returns: For each step, its distance between ranks, and the values that stay and that go.
  func steps(over ranges: [Range<Int>], rank: Int, processes: Int) -> [SumStep] {
    let bounds = ranges.map { self.bounds($0, processes) }
    var parts = 0..<processes
    var steps: [SumStep] = []
    while parts.count > 1 {
      let distance = processes / parts.count
      let middle = parts.lowerBound + parts.count / 2
      let (lower, upper) = (parts.lowerBound..<middle, middle..<parts.upperBound)
      let (mine, theirs) = rank & distance == 0 ? (lower, upper) : (upper, lower)
      func values(_ parts: Range<Int>) -> [Range<Int>] {
        bounds.map { $0[parts.lowerBound]..<$0[parts.upperBound] }
      }
      steps.append(SumStep(peer: rank ^ distance, mine: values(mine), theirs: values(theirs)))
      parts = mine
    }
    return steps
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
