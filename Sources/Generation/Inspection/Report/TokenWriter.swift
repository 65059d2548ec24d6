import GPT2Tokens

/// Writes tokens into a report.
struct TokenWriter {
  let tokenizer: Tokenizer?

  /// A token's text; where its bytes are not whole characters, they themselves beside it.
  func token(_ id: Int) -> InspectionReport.Token {
    guard let tokenizer else { return InspectionReport.Token(id: id) }
    let bytes = Array(tokenizer.bytes(of: id))
    if let text = String(validating: bytes, as: UTF8.self) {
      return InspectionReport.Token(id: id, text: text)
    }
    return InspectionReport.Token(id: id, text: String(decoding: bytes, as: UTF8.self), bytes: bytes)
  }

  func token(_ token: TokenLogProbability) -> InspectionReport.Token {
    var written = self.token(token.token)
    written.logProbability = token.logProbability
    return written
  }

  func token(_ token: RankedToken) -> InspectionReport.Token {
    var written = self.token(token.token)
    (written.logProbability, written.rank) = (token.logProbability, token.rank)
    return written
  }

  func token(_ score: ScoredToken) -> InspectionReport.Token {
    var written = token(score.token)
    (written.logProbability, written.rank) = (score.logProbability, score.rank)
    written.position = score.position
    if !score.alternatives.isEmpty { written.likeliest = score.alternatives.map(token) }
    return written
  }

  func token(_ effect: TokenEffect) -> InspectionReport.Token {
    var written = token(effect.token)
    written.logit = effect.logit
    return written
  }
}
