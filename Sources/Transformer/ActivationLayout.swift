import GPT2BinaryFiles

/// Where everything lies in the one allocation of a pass: the kept tensors, then the scratch.
package struct ActivationLayout {
  /// Of each `ActivationTensor`'s first copy.
  let offsets: [Int]
  /// Values that passes leave behind for one another.
  let keptCount: Int
  /// Values that are used over and over: a band of logits, the losses, and gradients.
  let scratchCount: Int

  var count: Int { keptCount + scratchCount }

  /// - Returns: `nil` if the count of values overflows.
  init?(
    _ configuration: Configuration, batchSize: Int, sequenceLength: Int, keepingForBackward: Bool,
    recomputing: Recomputation
  ) {
    // More than all that follows together: if this does not overflow, nothing below does.
    let widest = CheckedCount(batchSize) * sequenceLength * (4 * configuration.channels)
    let most = widest * ActivationTensor.allCases.count * (configuration.layers + 1)
    guard (most + (1 << 24) + 64 * configuration.paddedVocabularySize).value != nil else { return nil }
    let tokens = batchSize * sequenceLength
    var offset = 0
    offsets = ActivationTensor.allCases.map { tensor in
      let (rows, columns) = tensor.shape(in: configuration, tokens: tokens)
      let copies = tensor.copies(
        in: configuration, keepingForBackward: keepingForBackward, recomputing: recomputing)
      defer { offset += copies * rows * columns }
      return offset
    }
    keptCount = offset
    let logits = Self.logitRows(configuration, tokens: tokens) * configuration.paddedVocabularySize
    // residual C, branch C, wide 4C.
    let gradients = keepingForBackward ? 6 * tokens * configuration.channels : 0
    scratchCount = logits + tokens + gradients
  }

  /// Rows of logits that are computed at a time: as many as fit in 64 MiB, in any case 64.
  ///
  /// (B·T, Vp) as a whole would be the largest buffer of all.
  package static func logitRows(_ configuration: Configuration, tokens: Int) -> Int {
    let rows = (1 << 24) / configuration.paddedVocabularySize / 64 * 64
    return min(tokens, max(64, rows))
  }
}
