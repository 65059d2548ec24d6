/// What changes single logits before anything is picked: bias, then repetition penalty.
struct LogitAdjustment: Sendable {
  private let bias: LogitBias
  private let penalty: RepetitionPenalty
  private var adjusted: [Float]  // (V)
  private var seen: [Bool]  // (V)

  /// `nil` if the options change no logit.
  init?(_ options: SamplingOptions, vocabularySize: Int) {
    guard !options.logitBias.isEmpty || options.repetitionPenalty != 1 else { return nil }
    bias = LogitBias(biases: options.logitBias)
    penalty = RepetitionPenalty(penalty: options.repetitionPenalty, window: options.repetitionWindow)
    adjusted = [Float](repeating: 0, count: vocabularySize)
    seen = [Bool](repeating: false, count: options.repetitionPenalty == 1 ? 0 : vocabularySize)
  }

  /// Calls `body` with the changed logits, (V).
  mutating func withAdjusted<Result>(
    _ logits: UnsafeBufferPointer<Float>, history: [Int32],
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try adjusted.withUnsafeMutableBufferPointer { adjusted in
      _ = adjusted.update(fromContentsOf: logits)
      bias.apply(to: adjusted)
      if penalty.penalty != 1 { penalty.apply(to: adjusted, history: history, seen: &seen) }
      return try body(UnsafeBufferPointer(adjusted))
    }
  }
}
