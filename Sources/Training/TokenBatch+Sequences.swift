import GPT2Kernels
import GPT2Tokens

extension TokenBatch {
  /// How its rows are cut into sequences, for the model; `nil` if each is one.
  ///
  /// - Parameters:
  ///   - longest: Tokens in a sequence at most; what is longer is cut into so many and a rest.
  ///   - documentStart: A token that begins a sequence wherever it is.
  /// - Precondition: Rows of several texts, which are cut already, are not to be cut again.
  func sequences(ofAtMost longest: Int, cutBefore documentStart: Int32?) -> Sequences? {
    guard longest < sequenceLength || documentStart != nil || lengths != nil else { return nil }
    precondition(
      lengths == nil || longest >= sequenceLength && documentStart == nil, "the rows are cut already")
    return Sequences(
      lengths: lengths ?? cutLengths(longest, documentStart), batchSize: batchSize, rowLength: sequenceLength)
  }

  private func cutLengths(_ longest: Int, _ documentStart: Int32?) -> [Int] {
    var lengths: [Int] = []
    for (position, token) in inputs.enumerated() {
      if position % sequenceLength == 0 || token == documentStart || lengths.last == longest {
        lengths.append(0)
      }
      lengths[lengths.count - 1] += 1
    }
    return lengths
  }
}
