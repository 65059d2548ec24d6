import GPT2Generation
import GPT2Terminal

/// When what happened in a run of `generate`, in seconds.
struct GenerationTimes: Encodable {
  /// From the command's beginning until the first token was there.
  private(set) var timeToFirstToken: Double?
  /// Loading of model and tokenizer.
  private(set) var load = 0.0
  private(set) var promptTokens = 0
  /// Reading of the prompts, and the first tokens.
  private(set) var prefill = 0.0
  /// Tokens after the first ones.
  private(set) var decodedTokens = 0
  private(set) var decode = 0.0
  /// What the draft was good for, if there was one.
  var draft: DraftCounts?

  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant

  private enum CodingKeys: CodingKey {
    case timeToFirstToken, load, promptTokens, prefill, decodedTokens, decode, draft
  }

  init() {
    start = clock.now
    last = start
  }

  mutating func loaded() { load += lap() }

  /// - Parameter prompt: Tokens read before these ones were drawn, besides the last ones drawn.
  mutating func stepped(tokens: Int, prompt: Int) {
    let seconds = lap()
    if prompt > 0 {
      promptTokens += prompt
      prefill += seconds
    } else {
      decodedTokens += tokens
      decode += seconds
    }
    if timeToFirstToken == nil { timeToFirstToken = (last - start) / .seconds(1) }
  }

  /// Time that passes here is nobody's, as while a user types.
  mutating func skip() { _ = lap() }

  private mutating func lap() -> Double {
    let now = clock.now
    defer { last = now }
    return (now - last) / .seconds(1)
  }

  /// "first token after 0.12 s (model loaded in 0.03 s); prompt of 7 tokens: 118 tokens/s; …"
  func summary(threads: Int) -> String {
    guard let timeToFirstToken else { return "no tokens" }
    var parts = [
      "first token after \(Numbers.fixed(timeToFirstToken, 3)) s (loading \(Numbers.fixed(load, 3)) s)",
      "prompt: \(rate(promptTokens, prefill))",
    ]
    if decodedTokens > 0 { parts.append("decoding: \(rate(decodedTokens, decode))\(draftSummary)") }
    return parts.joined(separator: "; ") + "; \(threads) threads"
  }

  /// ", 61 of 80 drafted tokens accepted, 3.1 tokens a pass"
  private var draftSummary: String {
    guard let draft else { return "" }
    return ", \(draft.accepted) of \(draft.proposed) drafted tokens accepted, "
      + "\(Numbers.fixed(draft.tokensPerPass, 2)) tokens a pass"
  }

  private func rate(_ tokens: Int, _ seconds: Double) -> String {
    "\(tokens) tokens in \(Numbers.fixed(seconds, 2)) s, \(Numbers.fixed(Double(tokens) / seconds, 1)) tokens/s"
  }
}
