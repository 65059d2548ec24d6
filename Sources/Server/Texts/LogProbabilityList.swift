import GPT2Generation
import GPT2Tokens

/// Collects `logprobs` of a text, token by token.
struct LogProbabilityList {
  private let spelling: TokenSpelling
  private let count: Int
  /// Bytes of the text so far make so many characters.
  private var offset = 0
  private var characters = UTF8Stream()

  /// - Parameters:
  ///   - spelling: How tokens are listed.
  ///   - count: How many alternatives are listed.
  ///   - prompt: The tokens before the first one that is added.
  init(_ spelling: TokenSpelling, count: Int, after prompt: [Int32] = []) {
    self.spelling = spelling
    self.count = count
    for token in prompt { advance(Int(token)) }
  }

  /// Of tokens that were given; the first has no probability.
  mutating func add(_ scored: [PromptToken]) -> CompletionLogProbabilities {
    var list = CompletionLogProbabilities()
    for token in scored { append(token.token, token.logProbability, token.alternatives, to: &list) }
    return list
  }

  /// Of tokens that were written.
  mutating func add(_ generated: [GeneratedToken]) -> CompletionLogProbabilities {
    var list = CompletionLogProbabilities()
    for token in generated { append(token.token, token.logProbability, token.alternatives, to: &list) }
    return list
  }

  private mutating func append(
    _ token: Int, _ logProbability: Double?, _ alternatives: [TokenLogProbability],
    to list: inout CompletionLogProbabilities
  ) {
    let spelt = spelling.text(of: token)
    list.tokens.append(spelt)
    list.offsets.append(offset)
    advance(token)
    guard let logProbability else {
      list.tokenLogProbabilities.append(nil)
      list.alternatives.append(nil)
      return
    }
    let own = LeastLogProbability.finite(logProbability)
    var listed = [spelt: own]
    for other in alternatives.prefix(count) {
      let spelt = spelling.text(of: other.token)
      listed[spelt] = max(listed[spelt] ?? -.infinity, LeastLogProbability.finite(other.logProbability))
    }
    list.tokenLogProbabilities.append(own)
    list.alternatives.append(listed)
  }

  private mutating func advance(_ token: Int) {
    offset += characters.append(spelling.tokenizer.bytes(of: token)).unicodeScalars.count
  }
}
