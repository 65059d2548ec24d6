/// Makes tokens less likely that the text had lately: xᵢ / θ where xᵢ > 0, otherwise xᵢ·θ (Keskar et al. 2019,
/// "CTRL", section 4.1, where all logits are divided; for negative ones that would reward, so transformers'
/// `RepetitionPenaltyLogitsProcessor` and llama.cpp multiply them).
struct RepetitionPenalty: Sendable {
  /// θ > 0, finite; 1 changes nothing.
  let penalty: Float
  /// How many tokens back it looks; `nil` for all.
  let window: Int?

  func penalised(_ logit: Float) -> Float {
    logit.adjusted { $0 > 0 ? $0 / penalty : $0 * penalty }
  }

  /// Penalises each token in the window once, however often it occurs there.
  ///
  /// - Parameters:
  ///   - logits: (V)
  ///   - history: Tokens below V, the latest last.
  ///   - seen: (V), all false, and so again afterwards.
  func apply(to logits: UnsafeMutableBufferPointer<Float>, history: [Int32], seen: inout [Bool]) {
    let latest = history.suffix(window ?? history.count)
    for token in latest where !seen[Int(token)] {
      seen[Int(token)] = true
      logits[Int(token)] = penalised(logits[Int(token)])
    }
    for token in latest { seen[Int(token)] = false }
  }
}
