import GPT2Generation

/// The events of `/v1/completions`: one a token, or where nothing of it can be shown yet, none.
struct CompletionEvents: EventMaker {
  private let plan: CompletionPlan
  private let logbook: RequestLogbook
  private var choices: CompletionChoices
  private var hasBegun: Set<Int> = []
  private var written = 0

  init(_ plan: CompletionPlan, _ logbook: RequestLogbook) {
    self.plan = plan
    self.logbook = logbook
    choices = CompletionChoices(plan)
  }

  mutating func begin() -> [CompletionResponse] { [] }

  mutating func take(_ event: SubmittedTexts.Event, of place: Int) -> [CompletionResponse] {
    switch event {
    case .scores(let scores):
      hasBegun.insert(place)
      let (text, list) = choices.begin(place, scores)
      return [response(place, text, list)]
    case .token(let token):
      var responses: [CompletionResponse] = []
      if hasBegun.insert(place).inserted {
        let (text, list) = choices.begin(place, [])
        if !text.isEmpty { responses.append(response(place, text, list)) }
      }
      written += 1
      let list = choices.add([token], to: place)
      if list != nil || !token.text.isEmpty || token.finishReason != nil {
        responses.append(response(place, token.text, list, token.finishReason?.apiName))
      }
      return responses
    }
  }

  mutating func end() -> [CompletionResponse] {
    var responses: [CompletionResponse] = []
    // Texts that nothing was to be written of have not said so yet.
    if plan.job.options.maximumTokens == 0 {
      for place in 0..<plan.job.prompts.count * plan.job.count {
        let beginning = hasBegun.contains(place) ? ("", nil) : choices.begin(place, [])
        responses.append(response(place, beginning.0, beginning.1, "length"))
      }
    }
    let usage = Usage(promptTokens: plan.job.promptTokens, completionTokens: written)
    logbook.note { [written] in $0.completionTokens = written }
    if plan.reportsUsage { responses.append(CompletionResponse(head: plan.head, choices: [], usage: usage)) }
    return responses
  }

  private func response(
    _ place: Int, _ text: String, _ list: CompletionLogProbabilities?, _ finishReason: String? = nil
  ) -> CompletionResponse {
    CompletionResponse(
      head: plan.head,
      choices: [.init(index: place, text: text, logProbabilities: list, finishReason: finishReason)])
  }
}
