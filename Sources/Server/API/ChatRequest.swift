import GPT2Tokens

/// The body of `POST /v1/chat/completions`.
struct ChatRequest: Decodable, Sendable {
  var fields: TextFields
  var messages: [ChatMessage]
  var maximumTokens: Int?
  var logProbabilities: Bool?
  var alternatives: Int?

  enum CodingKeys: String, CodingKey {
    case messages
    case maximumTokens = "max_tokens"
    case maximumCompletionTokens = "max_completion_tokens"
    case logProbabilities = "logprobs"
    case alternatives = "top_logprobs"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    fields = try TextFields(from: decoder)
    messages = try container.decode([ChatMessage].self, forKey: .messages)
    maximumTokens =
      try container.decodeIfPresent(Int.self, forKey: .maximumCompletionTokens)
      ?? container.decodeIfPresent(Int.self, forKey: .maximumTokens)
    logProbabilities = try container.decodeIfPresent(Bool.self, forKey: .logProbabilities)
    alternatives = try container.decodeIfPresent(Int.self, forKey: .alternatives)
  }
}

/// A message: its content is a string, or parts of which only text can be read.
struct ChatMessage: Decodable, Sendable {
  let role: String
  let text: String

  private struct Part: Decodable {
    let type: String
    let text: String?
  }

  enum CodingKeys: String, CodingKey { case role, content }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    role = try container.decode(String.self, forKey: .role)
    if let text = try? container.decode(String.self, forKey: .content) {
      self.text = text
      return
    }
    text = try container.decode([Part].self, forKey: .content).map { part in
      guard part.type == "text", let text = part.text else {
        throw APIError.unsupported(
          "messages", "found a part of type '\(part.type)' in a message, expected text alone")
      }
      return text
    }.joined()
  }

  /// - Throws: `APIError` for a role that no template knows.
  func message() throws(APIError) -> Message {
    // OpenAI's newer name for what holds for all of a conversation.
    let name = role == "developer" ? "system" : role
    guard let role = Message.Role(rawValue: name) else {
      throw .field("messages", found: "with the role '\(role)'", expected: "system, user or assistant")
    }
    return Message(role, text)
  }
}
