import Generation

/// `POST /v1/chat/completions`: an answer by a model that learnt from conversations.
struct ChatRoute {
  let server: APIServer
  let logbook: RequestLogbook

  func answer(_ request: APIRequest) async throws -> APIResponse {
    let body = try await server.decode(ChatRequest.self, from: request, logbook)
    let plan = try ChatPlan(body, for: server)
    let texts = try server.submit(plan.job, to: plan.model)
    logbook.note(plan.model, plan.job, isStreamed: plan.isStreamed)
    let meter = TextMeter(metrics: server.metrics, model: plan.model.name, arrival: request.arrival)
    if plan.isStreamed {
      return .events { [logbook] write in
        try await request.client.whileThere(texts.cancel) {
          var events = ChatEvents(plan, logbook)
          try await events.stream(texts, meter, logbook, write)
        }
      }
    }
    let finished = try await request.client.whileThere(texts.cancel) { try await texts.finish(meter) }
    let written = finished.reduce(0) { $0 + $1.tokens.count }
    logbook.note { $0.completionTokens = written }
    let choices = finished.enumerated().map { place, text in
      ChatResponse.Choice(
        index: place, message: .init(role: "assistant", content: text.text), isPart: false,
        logProbabilities: plan.list?.list(text.tokens), finishReason: text.finishReason)
    }
    return try APIResponse(
      json: ChatResponse(
        head: plan.head, choices: choices,
        usage: Usage(promptTokens: plan.job.promptTokens, completionTokens: written)))
  }
}
