/// The body of an answer to `POST /v1/completions`, and of each of its events if it is streamed.
struct CompletionResponse: Encodable, Sendable {
  struct Choice: Encodable, Sendable {
    var index: Int
    var text: String
    var logProbabilities: CompletionLogProbabilities?
    /// "stop" or "length"; `nil` in all events of a text but its last.
    var finishReason: String?

    enum CodingKeys: String, CodingKey {
      case index, text
      case logProbabilities = "logprobs"
      case finishReason = "finish_reason"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(index, forKey: .index)
      try container.encode(text, forKey: .text)
      try container.encode(logProbabilities, forKey: .logProbabilities)
      try container.encode(finishReason, forKey: .finishReason)
    }
  }

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
