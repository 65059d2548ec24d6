import Generation

/// `POST /v1/completions`
///
/// A text may grow beyond the model's positions: it goes on from the last half of them, as `gpt2 generate` does. A prompt
/// must fit.
struct CompletionRoute {
  let server: APIServer
  let logbook: RequestLogbook

  func answer(_ request: APIRequest) async throws -> APIResponse {
    let body = try await server.decode(CompletionRequest.self, from: request, logbook)
    let plan = try CompletionPlan(body, for: server)
    let texts = try server.submit(plan.job, to: plan.model)
    logbook.note(plan.model, plan.job, isStreamed: plan.isStreamed)
    let meter = TextMeter(metrics: server.metrics, model: plan.model.name, arrival: request.arrival)
    if plan.isStreamed {
      return .events { [logbook] write in
        try await request.client.whileThere(texts.cancel) {
          var events = CompletionEvents(plan, logbook)
          try await events.stream(texts, meter, logbook, write)
        }
      }
    }
    let finished = try await request.client.whileThere(texts.cancel) { try await texts.finish(meter) }
    let written = finished.reduce(0) { $0 + $1.tokens.count }
    logbook.note { $0.completionTokens = written }
    var choices = CompletionChoices(plan)
    return try APIResponse(
      json: CompletionResponse(
        head: plan.head, choices: choices.choices(of: finished),
        usage: Usage(promptTokens: plan.job.promptTokens, completionTokens: written)))
  }
}
