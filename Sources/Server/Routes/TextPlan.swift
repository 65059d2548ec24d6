import GPT2Generation

/// What a request for texts comes to.
protocol TextPlan: Sendable {
  var model: ServedModel { get }
  var job: TextJob { get }
  var head: ResponseHead { get }
  var isStreamed: Bool { get }
}

extension APIServer {
  /// Writes a plan's texts, as they come or all at once.
  ///
  /// - Parameters:
  ///   - events: Makes the events of a stream.
  ///   - choices: Of all texts once they have ended.
  func write<Events: EventMaker, Choice>(
    _ plan: some TextPlan, for request: APIRequest, _ logbook: RequestLogbook,
    events: @escaping @Sendable () -> Events, choices: ([SubmittedTexts.Finished]) -> [Choice]
  ) async throws -> APIResponse where Events.Response == TextResponse<Choice> {
    try plan.job.check(limits, isStreamed: plan.isStreamed)
    let texts = try submit(plan.job, to: plan.model)
    logbook.note(plan.model, plan.job, isStreamed: plan.isStreamed)
    let meter = TextMeter(metrics: metrics, model: plan.model.name, arrival: request.arrival)
    if plan.isStreamed {
      return .events { [logbook] write in
        try await request.client.whileThere(texts.cancel) {
          var events = events()
          try await events.stream(texts, meter, logbook, write)
        }
      }
    }
    let finished = try await request.client.whileThere(texts.cancel) { try await texts.finish(meter) }
    let written = finished.reduce(0) { $0 + $1.tokens.count }
    logbook.note { $0.completionTokens = written }
    return try APIResponse(
      json: TextResponse(
        head: plan.head, choices: choices(finished),
        usage: Usage(promptTokens: plan.job.promptTokens, completionTokens: written)))
  }
}
