/// Keeps the k likeliest tokens (Fan, Lewis, Dauphin 2018).
struct TopK: Sendable {
  /// k ≥ 1
  let count: Int

  /// Where `logits`, (V) and none of them NaN, are cut.
  func cut(_ logits: UnsafeBufferPointer<Float>, using selection: inout RankedSelection) -> RankedCut {
    guard count < logits.count else { return .none }
    selection.load(logits, from: lowerBound(logits, using: &selection))
    return selection.cut(reaching: Double(count))
  }

  /// A number that the k-th greatest logit is not below, so that only the few logits from there on need be
  /// ranked: the k-th greatest of the greatest logits of disjoint groups, for k of them reach it.
  private func lowerBound(
    _ logits: UnsafeBufferPointer<Float>, using selection: inout RankedSelection
  ) -> Float {
    let stretches = (logits.count + Self.stretch - 1) / Self.stretch
    guard count <= stretches * Exponential.width / 2 else { return -.infinity }
    return withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: stretches) { greatest in
      for index in 0..<stretches {
        greatest.initializeElement(at: index, to: Self.greatest(logits, from: index * Self.stretch))
      }
      return greatest.withMemoryRebound(to: Float.self) { greatest in
        selection.load(UnsafeBufferPointer(greatest), from: -.infinity)
        return selection.cut(reaching: Double(count)).threshold
      }
    }
  }

  /// The greatest logits of eight groups side by side, one a lane, in one stretch.
  private static func greatest(
    _ logits: UnsafeBufferPointer<Float>, from start: Int
  ) -> SIMD8<Float> {
    var greatest = SIMD8<Float>(repeating: -.infinity)
    for start in stride(from: start, to: min(start + stretch, logits.count), by: Exponential.width) {
      let next = Exponential.load(logits, at: start)
      greatest.replace(with: next, where: next .> greatest)
    }
    return greatest
  }

  /// How many logits eight groups span: 32 each.
  private static var stretch: Int { 32 * Exponential.width }
}
