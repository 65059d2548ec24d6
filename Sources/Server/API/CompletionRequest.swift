/// The body of `POST /v1/completions`.
struct CompletionRequest: Decodable, Sendable {
  var fields: TextFields
  /// Without one a new document begins.
  var prompt: PromptField?
  var maximumTokens: Int?
  var bestOf: Int?
  /// How many alternatives of each token are listed.
  var logProbabilities: Int?
  var echoes: Bool?
  var suffix: String?

  enum CodingKeys: String, CodingKey {
    case prompt, suffix
    case maximumTokens = "max_tokens"
    case bestOf = "best_of"
    case logProbabilities = "logprobs"
    case echoes = "echo"
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    fields = try TextFields(from: decoder)
    prompt = try container.decodeIfPresent(PromptField.self, forKey: .prompt)
    maximumTokens = try container.decodeIfPresent(Int.self, forKey: .maximumTokens)
    bestOf = try container.decodeIfPresent(Int.self, forKey: .bestOf)
    logProbabilities = try container.decodeIfPresent(Int.self, forKey: .logProbabilities)
    echoes = try container.decodeIfPresent(Bool.self, forKey: .echoes)
    suffix = try container.decodeIfPresent(String.self, forKey: .suffix)
  }
}
