import GPT2ModelFiles
import GPT2Tokens

/// `/tokenize`, `/detokenize` and `/tokenizer_info`, as vLLM has them.
struct TokenizerRoutes {
  let server: APIServer
  let logbook: RequestLogbook

  func tokenize(_ request: APIRequest) async throws -> APIResponse {
    let body = try await server.decode(TokenizeRequest.self, from: request, logbook)
    let model = try server.shelf.model(body.model)
    let tokens = try model.tokenizer.encode(body.prompt, parsingSpecialTokens: true)
    let spelling = TokenSpelling(tokenizer: model.tokenizer)
    return try APIResponse(
      json: TokenizeResponse(
        count: tokens.count, maximumLength: model.maximumLength, tokens: tokens,
        spellings: body.returnsSpellings ?? false ? tokens.map(spelling.text) : nil))
  }

  func detokenize(_ request: APIRequest) async throws -> APIResponse {
    let body = try await server.decode(DetokenizeRequest.self, from: request, logbook)
    let model = try server.shelf.model(body.model)
    if let place = body.tokens.firstIndex(where: { !(0..<model.tokenizer.vocabularySize).contains($0) }) {
      throw APIError.field(
        "tokens", found: "with token \(body.tokens[place]) at position \(place)",
        expected: "tokens from 0 to \(model.tokenizer.vocabularySize - 1)")
    }
    let bytes = model.tokenizer.decode(body.tokens)
    return try APIResponse(json: DetokenizeResponse(prompt: String(decoding: bytes, as: UTF8.self)))
  }

  func info() throws -> APIResponse {
    let model = try server.shelf.model(nil)
    let tokenizer = model.tokenizer
    func text(_ role: SpecialTokens.Role) -> String? {
      tokenizer.specialTokens[role].map { String(decoding: tokenizer.bytes(of: $0), as: UTF8.self) }
    }
    return try APIResponse(
      json: TokenizerInfo(
        vocabularySize: tokenizer.vocabularySize, maximumLength: model.maximumLength,
        beginningOfText: text(.bos), endOfText: text(.eos), unknown: text(.unk), padding: text(.pad),
        chatTemplate: model.template?.jinja))
  }
}
