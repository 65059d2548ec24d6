/// A model in `GET /v1/models`.
struct ModelEntry: Encodable, Sendable {
  let id: String
  let object = "model"
  /// Seconds since 1970.
  let created: Int
  let owner = "gpt2"
  /// As vLLM has it.
  let maximumLength: Int
  /// The name of its file; absent if it is not known.
  let file: String?
  /// How often this server has loaded its models.
  let revision: Int

  enum CodingKeys: String, CodingKey {
    case id, object, created, file, revision
    case owner = "owned_by"
    case maximumLength = "max_model_len"
  }
}

struct ModelListResponse: Encodable, Sendable {
  let object = "list"
  let data: [ModelEntry]
}
