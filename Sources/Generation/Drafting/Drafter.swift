/// Proposes what may follow texts.
protocol Drafter {
  /// Tokens that may come next, of each text at most as many as it asks for.
  ///
  /// The caches are afterwards as before, as far as they have been read.
  ///
  /// - Throws: `AllocationError`.
  mutating func propose(for texts: [DraftRequest]) throws -> [[Int32]]
}

/// A text that proposals are wanted for.
struct DraftRequest {
  /// All of it, of which `cache` has read all but the last.
  let tokens: [Int32]
  let cache: KeyValueCache
  /// As its own tokens are drawn, from where its random numbers stand.
  let sampler: TokenSampler
  /// How many of the tokens, from the end on, were written.
  let written: Int
  /// How many tokens are wanted at most; there is room for them in the cache.
  let limit: Int
}
