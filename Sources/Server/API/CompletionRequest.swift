import GPT2Generation

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
  /// Whether tokens are listed as `token_id:262`, as vLLM has it: a client can then tell those that are spelt alike.
  var listsTokenIDs: Bool?
  /// What of the model is switched off while it writes, as in `POST /inspect`.
  var ablation: Ablation?

  enum CodingKeys: String, CodingKey {
    case prompt, suffix, ablation
    case maximumTokens = "max_tokens"
    case bestOf = "best_of"
    case logProbabilities = "logprobs"
    case echoes = "echo"
    case listsTokenIDs = "return_tokens_as_token_ids"
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
    listsTokenIDs = try container.decodeIfPresent(Bool.self, forKey: .listsTokenIDs)
    ablation = try container.decodeIfPresent(Ablation.self, forKey: .ablation)
  }
}
