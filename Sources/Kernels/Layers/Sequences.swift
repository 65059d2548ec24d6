/// How the B·T positions of a batch are cut into sequences, none of which goes on in the next of the B rows.
///
/// Positions count from a sequence's beginning, and attention looks back no further than that: texts that share a row
/// know nothing of each other, and each is computed as if it were alone.
package struct Sequences: Equatable, Sendable {
  /// B
  package let batchSize: Int
  /// T
  package let rowLength: Int
  /// Of the B·T positions, in order; together they are all of them.
  package let ranges: [Range<Int>]

  /// Each row is one sequence.
  package init(batchSize: Int, sequenceLength: Int) {
    self.init(
      lengths: [Int](repeating: sequenceLength, count: batchSize), batchSize: batchSize,
      rowLength: sequenceLength)
  }

  /// - Parameter lengths: Of the sequences, one after the other.
  /// - Precondition: They are positive, fill the rows, and each lies in one row.
  package init(lengths: [Int], batchSize: Int, rowLength: Int) {
    precondition(batchSize > 0 && rowLength > 0, "no positions")
    var ranges: [Range<Int>] = []
    var start = 0
    for length in lengths {
      precondition(length > 0 && start % rowLength + length <= rowLength, "a sequence crosses a row's end")
      ranges.append(start..<start + length)
      start += length
    }
    precondition(start == batchSize * rowLength, "sequences do not fill the rows")
    self.ranges = ranges
    self.batchSize = batchSize
    self.rowLength = rowLength
  }

  /// B·T
  package var tokens: Int { batchSize * rowLength }

  /// The longest sequence's length.
  package var longest: Int { ranges.reduce(0) { max($0, $1.count) } }

  /// Calls `body` with each row of a (B·T, …) matrix in `rows`, in order, and its position in its sequence.
  @inline(__always)
  func forEachPosition(of rows: Range<Int>, _ body: (_ row: Int, _ position: Int) -> Void) {
    guard !rows.isEmpty else { return }
    for range in ranges[index(at: rows.lowerBound)...] {
      guard range.lowerBound < rows.upperBound else { return }
      for row in range.clamped(to: rows) { body(row, row - range.lowerBound) }
    }
  }

  /// The index of the sequence that holds a position, by halving.
  private func index(at position: Int) -> Int {
    var (low, high) = (0, ranges.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
