/// Keeps the k likeliest tokens (Fan, Lewis, Dauphin 2018).
struct TopK: Sendable {
  /// k ≥ 1
  let count: Int

  /// Where `logits`, (V) and none of them NaN, are cut.
  func cut(_ logits: UnsafeBufferPointer<Float>, using selection: inout RankedSelection) -> RankedCut {
    guard count < logits.count else { return .none }
    let bound = lowerBound(logits, using: &selection)
    selection.removeAll()
    for logit in logits where logit >= bound { selection.add(logit, weight: 1) }
    return selection.cut(reaching: Double(count))
  }

  /// A number that the k-th greatest logit is not below, so that only the few logits from there on need be
  /// ranked: the k-th greatest of the greatest logits of disjoint groups, for k of them reach it.
  private func lowerBound(
    _ logits: UnsafeBufferPointer<Float>, using selection: inout RankedSelection
  ) -> Float {
    let groups = (logits.count + Self.groupSpan - 1) / Self.groupSpan * Exponential.width
    guard count <= groups / 2 else { return -.infinity }
    selection.removeAll()
    var start = 0
    while start < logits.count {
      // Eight groups side by side, one a lane.
      var greatest = SIMD8<Float>(repeating: -.infinity)
      let end = min(start + Self.groupSpan, logits.count)
      while start < end {
        let next = Exponential.load(logits, at: start)
        greatest.replace(with: next, where: next .> greatest)
        start += Exponential.width
      }
      for lane in 0..<Exponential.width { selection.add(greatest[lane], weight: 1) }
    }
    return selection.cut(reaching: Double(count)).threshold
  }

  /// How many logits eight groups span: 32 each.
  private static var groupSpan: Int { 32 * Exponential.width }
}
