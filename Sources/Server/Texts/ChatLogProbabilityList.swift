import GPT2Generation
import GPT2Tokens

/// Makes `logprobs` of chats.
struct ChatLogProbabilityList: Sendable {
  let spelling: TokenSpelling
  /// How many alternatives are listed.
  let count: Int

  func list(_ tokens: [GeneratedToken]) -> ChatLogProbabilities {
    ChatLogProbabilities(
      content: tokens.map { token in
        var entry = entry(token.token, token.logProbability ?? 0)
        entry.alternatives = token.alternatives.prefix(count).map { self.entry($0.token, $0.logProbability) }
        return entry
      })
  }

  private func entry(_ token: Int, _ logProbability: Double) -> ChatLogProbabilities.Token {
    ChatLogProbabilities.Token(
      token: spelling.text(of: token), bytes: Array(spelling.tokenizer.bytes(of: token)),
      logProbability: LeastLogProbability.finite(logProbability))
  }
}
