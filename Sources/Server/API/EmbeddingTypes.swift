/// The body of `POST /v1/embeddings`.
struct EmbeddingRequest: Decodable, Sendable {
  /// How numbers are written: as numbers, or as the bytes of 32-bit floats, the least significant first, in Base64,
  /// which openai-python asks for.
  enum Encoding: String, Decodable, Sendable { case float, base64 }

  var model: String?
  var input: PromptField
  var encoding: Encoding?
  var dimensions: Int?

  enum CodingKeys: String, CodingKey {
    case model, input, dimensions
    case encoding = "encoding_format"
  }
}

struct EmbeddingResponse: Encodable, Sendable {
  enum Vector: Encodable, Sendable {
    case numbers([Float])
    case base64(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .numbers(let numbers): try container.encode(numbers)
      case .base64(let text): try container.encode(text)
      }
    }
  }

  struct Item: Encodable, Sendable {
    let object = "embedding"
    let index: Int
    let embedding: Vector
  }

  struct Usage: Encodable, Sendable {
    let promptTokens: Int
    let totalTokens: Int

    enum CodingKeys: String, CodingKey {
      case promptTokens = "prompt_tokens"
      case totalTokens = "total_tokens"
    }
  }

  let object = "list"
  let data: [Item]
  let model: String
  let usage: Usage
}
