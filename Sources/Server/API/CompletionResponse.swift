/// The body of an answer to `POST /v1/completions`, and of each of its events if it is streamed.
typealias CompletionResponse = TextResponse<CompletionChoice>

struct CompletionChoice: Encodable, Sendable {
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
