import GPT2Generation
import GPT2Tokens

/// What a request for an answer to a conversation comes to.
struct ChatPlan: TextPlan {
  let model: ServedModel
  let job: TextJob
  let head: ResponseHead
  /// `nil` if there are no log-probabilities.
  let list: ChatLogProbabilityList?
  let isStreamed: Bool
  let reportsUsage: Bool

  /// - Throws: `APIError`
  init(_ request: ChatRequest, for server: APIServer) throws {
    let fields = request.fields
    isStreamed = fields.isStreamed
    reportsUsage = fields.reportsUsage
    let model = try server.shelf.model(fields.model)
    self.model = model
    guard !request.messages.isEmpty else {
      throw APIError.field("messages", found: "without a message", expected: "one at least")
    }
    let prompt = try model.tokens(of: try request.messages.map { try $0.message() })
    let n = try (fields.n ?? 1).check("n", in: 1...server.limits.texts)
    // Without a number the answer ends when it does, or with the model's positions.
    let room = max(1, min(server.limits.tokens, model.maximumLength - prompt.count))
    let tokens = try (request.maximumTokens ?? room).check("max_tokens", in: 1...server.limits.tokens)
    let reports = request.logProbabilities ?? false
    if request.alternatives != nil && !reports {
      throw APIError.field(
        "top_logprobs", found: "without logprobs", expected: "it together with logprobs: true")
    }
    let alternatives = reports ? request.alternatives ?? 0 : nil
    list = alternatives.map {
      ChatLogProbabilityList(spelling: TokenSpelling(tokenizer: model.tokenizer), count: $0)
    }
    let seed = Seed.value(fields.seed)
    job = TextJob(
      prompts: [prompt],
      options: try fields.generationOptions(maximumTokens: tokens, alternatives: alternatives, seed: seed),
      count: n, promptAlternatives: nil)
    head = ResponseHead(
      "chatcmpl", isStreamed ? "chat.completion.chunk" : "chat.completion", of: model, seed: seed)
  }
}
