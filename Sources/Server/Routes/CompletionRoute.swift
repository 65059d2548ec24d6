import GPT2Generation

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
    return try await server.write(plan, for: request, logbook) { [logbook] in
      CompletionEvents(plan, logbook)
    } choices: { finished in
      var choices = CompletionChoices(plan)
      return choices.choices(of: finished)
    }
  }
}
