import GPT2Generation

/// `POST /v1/chat/completions`: an answer by a model that learnt from conversations.
struct ChatRoute {
  let server: APIServer
  let logbook: RequestLogbook

  func answer(_ request: APIRequest) async throws -> APIResponse {
    let body = try await server.decode(ChatRequest.self, from: request, logbook)
    let plan = try ChatPlan(body, for: server)
    return try await server.write(plan, for: request, logbook) { [logbook] in
      ChatEvents(plan, logbook)
    } choices: { finished in
      finished.enumerated().map { place, text in
        ChatChoice(
          index: place, message: .init(role: "assistant", content: text.text), isPart: false,
          logProbabilities: plan.list?.list(text.tokens), finishReason: text.finishReason)
      }
    }
  }
}
