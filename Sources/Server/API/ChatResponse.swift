/// The body of an answer to `POST /v1/chat/completions`, and of each of its events if it is streamed.
typealias ChatResponse = TextResponse<ChatChoice>

struct ChatChoice: Encodable, Sendable {
  struct Message: Encodable, Sendable {
    var role: String?
    var content: String?
  }

  var index: Int
  var message: Message
  /// Whether the message is a part of one: OpenAI's `delta`.
  var isPart: Bool
  var logProbabilities: ChatLogProbabilities?
  var finishReason: String?

  enum CodingKeys: String, CodingKey {
    case index, message, delta
    case logProbabilities = "logprobs"
    case finishReason = "finish_reason"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(index, forKey: .index)
    try container.encode(message, forKey: isPart ? .delta : .message)
    try container.encode(logProbabilities, forKey: .logProbabilities)
    try container.encode(finishReason, forKey: .finishReason)
  }
}

/// `logprobs` of a chat: a member a token.
struct ChatLogProbabilities: Encodable, Sendable {
  struct Token: Encodable, Sendable {
    let token: String
    let bytes: [UInt8]
    let logProbability: Double
    var alternatives: [Token]?

    enum CodingKeys: String, CodingKey {
      case token, bytes
      case logProbability = "logprob"
      case alternatives = "top_logprobs"
    }
  }

  var content: [Token]
}
