/// The tokens of the greatest logits.
struct TopTokens: Sendable {
  private var selection = RankedSelection()

  /// The ids of the `count` greatest of (V) logits, none of them NaN, the greatest first and of equal ones the lower id;
  /// none of −∞.
  mutating func ids(_ count: Int, of logits: UnsafeBufferPointer<Float>) -> [Int] {
    guard count > 0 else { return [] }
    let cut = TopK(count: count).cut(logits, using: &selection)
    // All ties at the threshold, the later of which the prefix leaves out.
    let tokens = logits.indices.filter { logits[$0] >= cut.threshold && logits[$0] > -.infinity }
    return Array(tokens.sorted { (logits[$1], $0) < (logits[$0], $1) }.prefix(count))
  }
}
