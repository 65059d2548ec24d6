/// `logprobs` of a completion: a member a token in each list.
struct CompletionLogProbabilities: Encodable, Equatable, Sendable {
  var tokens: [String] = []
  /// Natural logarithms. The first of an echoed prompt has none.
  var tokenLogProbabilities: [Double?] = []
  /// The likeliest tokens and the text's own, by their spelling. Tokens that are spelt alike share a place, the likeliest
  /// has it.
  var alternatives: [[String: Double]?] = []
  /// Where each token begins, in Unicode scalars of the prompt and what follows it; of a token that begins inside a
  /// character, where that begins.
  var offsets: [Int] = []

  enum CodingKeys: String, CodingKey {
    case tokens
    case tokenLogProbabilities = "token_logprobs"
    case alternatives = "top_logprobs"
    case offsets = "text_offset"
  }

  static func + (first: Self, second: Self) -> Self {
    Self(
      tokens: first.tokens + second.tokens,
      tokenLogProbabilities: first.tokenLogProbabilities + second.tokenLogProbabilities,
      alternatives: first.alternatives + second.alternatives, offsets: first.offsets + second.offsets)
  }
}
