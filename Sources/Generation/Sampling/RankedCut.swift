/// Which tokens stay when those below some rank are dropped. The ranking is by logit, and of equal logits the
/// lower id comes first.
struct RankedCut: Equatable, Sendable {
  /// All tokens with a greater logit stay.
  let threshold: Float
  /// How many tokens with just this logit stay, the lowest ids of them.
  let ties: Int

  /// A token whose logit is −∞ never stays.
  init(threshold: Float, ties: Int) {
    self.threshold = threshold
    self.ties = threshold == -.infinity ? 0 : ties
  }

  /// Drops nothing but logits of −∞.
  static let none = RankedCut(threshold: -.infinity, ties: 0)
}
