/// The body of an answer with texts, and of each of its events if it is streamed.
struct TextResponse<Choice: Encodable & Sendable>: Encodable, Sendable {
  let head: ResponseHead
  var choices: [Choice]
  var usage: Usage?

  enum CodingKeys: String, CodingKey { case choices, usage }

  func encode(to encoder: any Encoder) throws {
    try head.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(choices, forKey: .choices)
    try container.encodeIfPresent(usage, forKey: .usage)
  }
}

/// What all answers with texts begin with.
struct ResponseHead: Encodable, Sendable {
  /// "cmpl-…"
  let id: String
  /// "text_completion"
  let object: String
  /// Seconds since 1970.
  let created: Int
  let model: String
  /// With it the same request gives the same texts. OpenAI's API has no such field; its clients pass over it.
  let seed: UInt64
}

struct Usage: Encodable, Equatable, Sendable {
  let promptTokens: Int
  let completionTokens: Int
  var totalTokens: Int { promptTokens + completionTokens }

  enum CodingKeys: String, CodingKey {
    case promptTokens = "prompt_tokens"
    case completionTokens = "completion_tokens"
    case totalTokens = "total_tokens"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(promptTokens, forKey: .promptTokens)
    try container.encode(completionTokens, forKey: .completionTokens)
    try container.encode(totalTokens, forKey: .totalTokens)
  }
}
