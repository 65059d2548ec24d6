/// Adds to the logits of single tokens: xᵢ + bᵢ. −∞ bans a token, and one that the model thinks impossible, of
/// logit −∞, stays so (OpenAI's `logit_bias`, llama.cpp's `llama_sampler_init_logit_bias`).
struct LogitBias: Sendable {
  /// By token id; neither NaN nor +∞.
  let biases: [Int: Float]

  /// - Parameter logits: (V); every biased token is below V.
  func apply(to logits: UnsafeMutableBufferPointer<Float>) {
    for (token, bias) in biases {
      logits[token] = bias == -.infinity ? bias : logits[token].adjusted { $0 + bias }
    }
  }
}

extension Float {
  /// What `change` makes of a finite logit, kept finite if it overflows; −∞ stays −∞.
  @inline(__always)
  func adjusted(_ change: (Float) -> Float) -> Float {
    guard isFinite else { return self }
    return min(max(change(self), -.greatestFiniteMagnitude), .greatestFiniteMagnitude)
  }
}
