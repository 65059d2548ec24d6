import GPT2Generation

extension FinishReason {
  /// As OpenAI's API says it.
  var apiName: String {
    switch self {
    case .endOfText, .stopString: "stop"
    case .length: "length"
    }
  }
}

extension SubmittedTexts.Finished {
  var text: String { tokens.map(\.text).joined() }

  /// Where nothing was asked for, the text ended by its length.
  var finishReason: String { (tokens.last?.finishReason ?? .length).apiName }

  /// The mean of its tokens' log-probabilities, by which the best of several is told.
  var meanLogProbability: Double {
    tokens.isEmpty ? 0 : tokens.reduce(0) { $0 + ($1.logProbability ?? 0) } / Double(tokens.count)
  }
}
