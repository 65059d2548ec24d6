/// The body of `POST /tokenize`, as vLLM has it.
struct TokenizeRequest: Decodable, Sendable {
  var model: String?
  var prompt: String
  /// GPT-2 adds none; special tokens that stand in the text are themselves either way.
  var addsSpecialTokens: Bool?
  var returnsSpellings: Bool?

  enum CodingKeys: String, CodingKey {
    case model, prompt
    case addsSpecialTokens = "add_special_tokens"
    case returnsSpellings = "return_token_strs"
  }
}

struct TokenizeResponse: Encodable, Sendable {
  let count: Int
  let maximumLength: Int
  let tokens: [Int]
  let spellings: [String]?

  enum CodingKeys: String, CodingKey {
    case count, tokens
    case maximumLength = "max_model_len"
    case spellings = "token_strs"
  }
}

/// The body of `POST /detokenize`.
struct DetokenizeRequest: Decodable, Sendable {
  var model: String?
  var tokens: [Int]
}

struct DetokenizeResponse: Encodable, Sendable {
  let prompt: String
}

/// `GET /tokenizer_info`, with the names of transformers' tokenizer_config.json.
struct TokenizerInfo: Encodable, Sendable {
  let tokenizerClass = "GPT2Tokenizer"
  let vocabularySize: Int
  let maximumLength: Int
  let beginningOfText: String?
  let endOfText: String?
  let unknown: String?
  let padding: String?
  let chatTemplate: String?

  enum CodingKeys: String, CodingKey {
    case tokenizerClass = "tokenizer_class"
    case vocabularySize = "vocab_size"
    case maximumLength = "model_max_length"
    case beginningOfText = "bos_token"
    case endOfText = "eos_token"
    case unknown = "unk_token"
    case padding = "pad_token"
    case chatTemplate = "chat_template"
  }
}
