/// Contexts and the tokens that follow them.
package struct ContextBatch: Equatable, Sendable {
  /// (B, T)
  package var contexts: [Int32]
  /// (B)
  package var targets: [Int32]

  package init(contexts: [Int32], targets: [Int32]) {
    self.contexts = contexts
    self.targets = targets
  }
}

/// All windows of T + 1 tokens of a text, from its beginning, and then again from there: T tokens are a context, the last
/// is what follows it.
package struct SlidingWindows: Sendable {
  private let tokens: [Int32]
  private let contextLength: Int
  private var position = 0

  /// - Parameter tokens: More than `contextLength`.
  package init(_ tokens: [Int32], contextLength: Int) {
    precondition(tokens.count > contextLength, "a text without a window")
    self.tokens = tokens
    self.contextLength = contextLength
  }

  /// How many windows there are before the first comes again.
  package var count: Int { tokens.count - contextLength }

  /// The next `batchSize` windows.
  package mutating func next(_ batchSize: Int) -> ContextBatch {
    var batch = ContextBatch(contexts: [], targets: [])
    batch.contexts.reserveCapacity(batchSize * contextLength)
    batch.targets.reserveCapacity(batchSize)
    for _ in 0..<batchSize {
      batch.contexts += tokens[position..<position + contextLength]
      batch.targets.append(tokens[position + contextLength])
      position += 1
      if position == count { position = 0 }
    }
    return batch
  }
}
