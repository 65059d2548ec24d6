import CGPT2Kernels

/// match = [t is the least j with xⱼ = max x] for target t: whether greedy decoding, which of equal logits takes
/// that of the lowest id, would take the target.
///
/// Only the first V columns are logits. Values that are not numbers are left out; the row's cross-entropy,
/// which is not a number then either, tells.
package enum GreedyMatch {
  package static func matches(
    logits: Matrix,  // (R, Vp)
    vocabularySize: Int,
    targets: UnsafeBufferPointer<Int32>,  // (R)
    into matches: UnsafeMutableBufferPointer<Bool>,  // (R)
    on workers: Workers
  ) {
    precondition(vocabularySize > 0 && vocabularySize <= logits.columns, "more tokens than columns")
    precondition(targets.count == logits.rows && matches.count == logits.rows, "shapes disagree")
    workers.run(over: logits.rows, inRangesOf: logits.rowsPerPart(ofValues: 1 << 15)) { rows in
      for row in rows {
        let x = logits.base + row * logits.stride
        let target = Int(targets[row])
        precondition(target >= 0 && target < vocabularySize, "target outside the vocabulary")
        let largest = workers.kernels.table.largest(x, vocabularySize)
        matches[row] = x[target] == largest && !(0..<target).contains { x[$0] == largest }
      }
    }
  }
}
