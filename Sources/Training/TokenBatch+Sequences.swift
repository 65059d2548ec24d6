import Kernels
import Tokens

extension TokenBatch {
  /// How its rows are cut, for the model; `nil` if each is one sequence.
  var sequences: Sequences? {
    lengths.map { Sequences(lengths: $0, batchSize: batchSize, rowLength: sequenceLength) }
  }

  /// The same with rows cut into sequences of so many tokens, of which a row's last may be shorter.
  ///
  /// - Precondition: Rows that are cut already have no more tokens.
  func sequences(ofAtMost longest: Int) -> Sequences? {
    guard longest < sequenceLength else { return sequences }
    precondition(lengths == nil, "the rows are cut already")
    let row = stride(from: 0, to: sequenceLength, by: longest).map { min(longest, sequenceLength - $0) }
    return Sequences(
      lengths: [[Int]](repeating: row, count: batchSize).flatMap { $0 }, batchSize: batchSize,
      rowLength: sequenceLength)
  }
}
