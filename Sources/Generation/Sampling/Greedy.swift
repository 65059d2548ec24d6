/// The greatest logit and the token that has it, the first of equals: what temperature 0 picks.
struct Greedy: Equatable, Sendable {
  let token: Int
  let logit: Float

  /// Of (V) logits, none of them NaN; `nil` if none is above −∞.
  init?(of logits: UnsafeBufferPointer<Float>) {
    let greatest = Self.greatest(logits)
    guard greatest > -.infinity, let token = logits.firstIndex(of: greatest) else { return nil }
    self.token = token
    logit = logits[token]
  }

  /// Of the model's own logits.
  ///
  /// - Throws: `SamplingError` if a logit is NaN or +∞ or none is finite.
  init(checking logits: UnsafeBufferPointer<Float>) throws(SamplingError) {
    if Self.containsNaN(logits), let token = logits.firstIndex(where: \.isNaN) {
      throw SamplingError(token: token, logit: .nan)
    }
    guard let greatest = Self(of: logits) else { throw SamplingError(token: 0, logit: -.infinity) }
    guard greatest.logit < .infinity else {
      throw SamplingError(token: greatest.token, logit: greatest.logit)
    }
    self = greatest
  }

  private static func greatest(_ logits: UnsafeBufferPointer<Float>) -> Float {
    var greatest = SIMD8<Float>(repeating: -.infinity)
    var start = 0
    while start < logits.count {
      let next = Exponential.load(logits, at: start)
      greatest.replace(with: next, where: next .> greatest)
      start += Exponential.width
    }
    return greatest.max()
  }

  private static func containsNaN(_ logits: UnsafeBufferPointer<Float>) -> Bool {
    // Once a lane holds a NaN, it keeps one.
    var lanes = SIMD8<Float>.zero
    var start = 0
    while start < logits.count {
      let next = Exponential.load(logits, at: start)
      lanes.replace(with: next, where: next .!= next)
      start += Exponential.width
    }
    return any(lanes .!= lanes)
  }
}
