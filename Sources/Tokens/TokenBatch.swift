/// One batch for the model: every target is the token after its input, or `ignored`.
package struct TokenBatch: Sendable, Equatable {
  /// The target of a position that there is nothing to learn at: the kernels', and PyTorch's, mark.
  package static let ignored: Int32 = -1

  package let inputs: [Int32]  // (B, T)
  package let targets: [Int32]  // (B, T)
  /// B, the number of rows.
  package let batchSize: Int
  /// T, the tokens in a row.
  package let sequenceLength: Int
  /// The lengths of the texts that the rows are made of, one after the other, none of which sees another; `nil` if each
  /// row is one.
  package let lengths: [Int]?

  /// - Precondition: `inputs` and `targets` have B·T tokens each, and so have `lengths` together.
  package init(
    inputs: [Int32], targets: [Int32], batchSize: Int, sequenceLength: Int, lengths: [Int]? = nil
  ) {
    precondition(inputs.count == batchSize * sequenceLength, "\(inputs.count) inputs")
    precondition(targets.count == inputs.count, "\(targets.count) targets")
    self.inputs = inputs
    self.targets = targets
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
    self.lengths = lengths
  }

  /// The targets that are not ignored.
  package var learntCount: Int { targets.count { $0 != Self.ignored } }
}
