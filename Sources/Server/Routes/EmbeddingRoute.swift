#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import GPT2BinaryFiles
import GPT2Generation
import GPT2Transformer

/// `POST /v1/embeddings`: the mean of a text's last hidden states.
struct EmbeddingRoute {
  let server: APIServer
  let logbook: RequestLogbook

  func answer(_ request: APIRequest) async throws -> APIResponse {
    let body = try await server.decode(EmbeddingRequest.self, from: request, logbook)
    let model = try server.shelf.model(body.model)
    let channels = model.scheduler.model.configuration.channels
    if let dimensions = body.dimensions, dimensions != channels {
      throw APIError.unsupported(
        "dimensions", "found dimensions \(dimensions), expected \(channels): the model has no others")
    }
    let texts = try body.input.texts.map { try model.tokens(of: $0, field: "input") }
    guard !texts.isEmpty, texts.count <= server.limits.texts, !texts.contains([]) else {
      throw APIError.field(
        "input", found: "with \(texts.count) texts, \(texts.count { $0.isEmpty }) of them empty",
        expected: "1 to \(server.limits.texts) that are not")
    }
    let tokens = texts.reduce(0) { $0 + $1.count }
    server.metrics.read(promptTokens: tokens, of: model.name)
    logbook.note {
      $0.model = model.name
      $0.promptTokens = tokens
    }
    var items: [EmbeddingResponse.Item] = []
    for text in texts {
      guard !request.client.isGone else { throw CancellationError() }
      // Between two tokens of the texts that are written: they go on after each.
      let vector = try await model.scheduler.run {
        try $0.inspect(text, vocabularySize: model.vocabularySize).embedding()
      }
      items.append(.init(index: items.count, embedding: Self.encoded(vector, body.encoding ?? .float)))
    }
    return try APIResponse(
      json: EmbeddingResponse(
        data: items, model: model.name, usage: .init(promptTokens: tokens, totalTokens: tokens)))
  }

  private static func encoded(
    _ vector: [Float], _ encoding: EmbeddingRequest.Encoding
  ) -> EmbeddingResponse.Vector {
    switch encoding {
    case .float: return .numbers(vector)
    case .base64:
      return .base64(Data(vector.littleEndianBytes).base64EncodedString())
    }
  }
}
