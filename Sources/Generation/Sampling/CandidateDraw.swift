import GPT2RandomNumbers

/// Draws a token from logits at a temperature above 0: temperature, top-k, top-p, min-p, in this order.
///
/// Top-k comes before the exponentials, which it spares most tokens; the order of the logits does not depend
/// on the temperature. The probabilities that top-p adds up are those of the tokens that top-k left.
struct CandidateDraw: Sendable {
  private let temperature: Temperature
  private let topK: TopK?
  private let topP: TopP?
  private let minP: MinP?
  var generator: XorShift
  private var candidates: Candidates
  private var selection = RankedSelection()

  init(_ options: SamplingOptions, vocabularySize: Int) {
    temperature = Temperature(value: options.temperature)
    topK = options.topK.map(TopK.init)
    topP = options.topP < 1 ? TopP(probability: options.topP) : nil
    minP = options.minP > 0 ? MinP(ratio: options.minP) : nil
    // xorshift never leaves zero.
    generator = XorShift(state: options.seed == 0 ? 0x9E37_79B9_7F4A_7C15 : options.seed)
    candidates = Candidates(vocabularySize: vocabularySize)
  }

  /// - Parameters:
  ///   - logits: (V), none of them NaN or +∞.
  ///   - greatest: The greatest of them, finite.
  mutating func token(_ logits: UnsafeBufferPointer<Float>, greatest: Greedy) -> Int {
    candidates.gather(logits, topK?.cut(logits, using: &selection) ?? .none)
    candidates.weigh(temperature, greatest: greatest.logit)
    if let topP { candidates.keep(topP, using: &selection) }
    if let minP { candidates.keep(minP) }
    return candidates.token(at: Double(generator.nextFloat())) ?? greatest.token
  }
}
