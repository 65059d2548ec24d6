/// One batch for the model: every target is the token after its input.
public struct TokenBatch: Sendable, Equatable {
  public let inputs: [Int32]  // (B, T)
  public let targets: [Int32]  // (B, T)
  /// B, the number of rows.
  public let batchSize: Int
  /// T, the tokens in a row.
  public let sequenceLength: Int

  /// - Precondition: `inputs` and `targets` have B·T tokens each.
  public init(inputs: [Int32], targets: [Int32], batchSize: Int, sequenceLength: Int) {
    precondition(inputs.count == batchSize * sequenceLength, "\(inputs.count) inputs")
    precondition(targets.count == inputs.count, "\(targets.count) targets")
    self.inputs = inputs
    self.targets = targets
    self.batchSize = batchSize
    self.sequenceLength = sequenceLength
  }
}
