import GPT2Generation

/// `POST /inspect`, or `/inspect/MODEL`: what is inside a model while it reads a text, as `gpt2 inspect --json` has it.
struct InspectionRoute {
  let server: APIServer
  let logbook: RequestLogbook

  /// - Parameter name: The model's; the first if `nil`.
  func answer(_ request: APIRequest, by name: String?) async throws -> APIResponse {
    let wanted = try InspectionRequest(json: try await server.body(of: request, logbook))
    let model = try server.shelf.model(name)
    logbook.note { $0.model = model.name }
    // Between two tokens of the texts that are written.
    let report = try await model.scheduler.run { language in
      try InspectionReport(of: wanted, language, model.tokenizer)
    }
    server.metrics.read(promptTokens: report.tokens.count, of: model.name)
    logbook.note { $0.promptTokens = report.tokens.count }
    return try APIResponse(json: report)
  }
}
