import GPT2Generation

/// The events of `/v1/chat/completions`: who speaks, then a part a token, and why it ended.
struct ChatEvents: EventMaker {
  private let plan: ChatPlan
  private let logbook: RequestLogbook
  private var written = 0

  init(_ plan: ChatPlan, _ logbook: RequestLogbook) {
    self.plan = plan
    self.logbook = logbook
  }

  mutating func begin() -> [ChatResponse] {
    (0..<plan.job.count).map { response($0, .init(role: "assistant", content: "")) }
  }

  mutating func take(_ event: SubmittedTexts.Event, of place: Int) -> [ChatResponse] {
    guard case .token(let token) = event else { return [] }
    written += 1
    let list = plan.list?.list([token])
    var responses: [ChatResponse] = []
    if list != nil || !token.text.isEmpty {
      responses.append(response(place, .init(content: token.text), list))
    }
    if let reason = token.finishReason { responses.append(response(place, .init(), nil, reason.apiName)) }
    return responses
  }

  mutating func end() -> [ChatResponse] {
    let usage = Usage(promptTokens: plan.job.promptTokens, completionTokens: written)
    logbook.note { [written] in $0.completionTokens = written }
    return plan.reportsUsage ? [ChatResponse(head: plan.head, choices: [], usage: usage)] : []
  }

  private func response(
    _ place: Int, _ message: ChatChoice.Message, _ list: ChatLogProbabilities? = nil,
    _ finishReason: String? = nil
  ) -> ChatResponse {
    ChatResponse(
      head: plan.head,
      choices: [
        .init(
          index: place, message: message, isPart: true, logProbabilities: list, finishReason: finishReason)
      ])
  }
}
