/// What changes single logits before anything is picked: bias, repetition penalty, then the penalties of what was written.
struct LogitAdjustment: Sendable {
  private let bias: LogitBias
  private let penalty: RepetitionPenalty
  private let occurrence: OccurrencePenalty
  private var adjusted: [Float]  // (V)
  private var seen: [Bool]  // (V)
  private var counts: [Int32]  // (V)

  /// `nil` if the options change no logit.
  init?(_ options: SamplingOptions, vocabularySize: Int) {
    occurrence = OccurrencePenalty(
      presence: options.presencePenalty, frequency: options.frequencyPenalty)
    guard !options.logitBias.isEmpty || options.repetitionPenalty != 1 || !occurrence.changesNothing else {
      return nil
    }
    bias = LogitBias(biases: options.logitBias)
    penalty = RepetitionPenalty(penalty: options.repetitionPenalty, window: options.repetitionWindow)
    adjusted = [Float](repeating: 0, count: vocabularySize)
    seen = [Bool](repeating: false, count: options.repetitionPenalty == 1 ? 0 : vocabularySize)
    counts = [Int32](repeating: 0, count: occurrence.changesNothing ? 0 : vocabularySize)
  }

  /// Calls `body` with the changed logits, (V).
  ///
  /// - Parameter written: How many tokens of the history's end were written.
  mutating func withAdjusted<Result>(
    _ logits: UnsafeBufferPointer<Float>, history: [Int32], written: Int,
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try adjusted.withUnsafeMutableBufferPointer { adjusted in
      _ = adjusted.update(fromContentsOf: logits)
      bias.apply(to: adjusted)
      if penalty.penalty != 1 { penalty.apply(to: adjusted, history: history, seen: &seen) }
      if !occurrence.changesNothing {
        occurrence.apply(to: adjusted, written: history.suffix(written), counts: &counts)
      }
      return try body(UnsafeBufferPointer(adjusted))
    }
  }
}
