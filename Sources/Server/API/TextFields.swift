import GPT2BinaryFiles
import GPT2Generation

/// The fields of a request that say how a text is written, the same in `/v1/completions` and `/v1/chat/completions`.
/// Names and meanings are OpenAI's; `top_k`, `min_p`, `repetition_penalty`, `repetition_window` and `ignore_eos` are
/// vLLM's and ours. Fields that are not known are passed over.
struct TextFields: Decodable, Sendable {
  var model: String?
  var temperature: Float?
  var topP: Double?
  var topK: Int?
  var minP: Double?
  var n: Int?
  var stop: OneOrMany<String>?
  var seed: SeedField?
  var logitBias: [String: Float]?
  var presencePenalty: Float?
  var frequencyPenalty: Float?
  var repetitionPenalty: Float?
  var repetitionWindow: Int?
  var stream: Bool?
  var streamOptions: StreamOptions?
  var ignoresEndOfText: Bool?

  struct StreamOptions: Decodable, Sendable {
    var includesUsage: Bool?

    enum CodingKeys: String, CodingKey { case includesUsage = "include_usage" }
  }

  enum CodingKeys: String, CodingKey {
    case model, temperature, n, stop, seed, stream
    case topP = "top_p"
    case topK = "top_k"
    case minP = "min_p"
    case logitBias = "logit_bias"
    case presencePenalty = "presence_penalty"
    case frequencyPenalty = "frequency_penalty"
    case repetitionPenalty = "repetition_penalty"
    case repetitionWindow = "repetition_window"
    case streamOptions = "stream_options"
    case ignoresEndOfText = "ignore_eos"
  }

  /// As many as OpenAI's API takes.
  static let maximumStopStrings = 4
  /// OpenAI's API takes 5 in `/v1/completions` and 20 in chats.
  static let maximumAlternatives = 20

  var isStreamed: Bool { stream ?? false }
  var reportsUsage: Bool { streamOptions?.includesUsage ?? false }

  /// - Throws: `APIError` for what can be told without a model and is not in the sampler's own checks.
  func generationOptions(
    maximumTokens: Int, alternatives: Int?, seed: UInt64
  ) throws(APIError) -> GenerationOptions {
    if streamOptions != nil && !isStreamed {
      throw .field("stream_options", found: "without stream", expected: "it together with stream: true")
    }
    let stops = stop?.values ?? []
    guard stops.count <= Self.maximumStopStrings else {
      throw .field(
        "stop", found: "with \(stops.count) strings", expected: "at most \(Self.maximumStopStrings)")
    }
    if let alternatives, !(0...Self.maximumAlternatives).contains(alternatives) {
      throw .field("logprobs", found: "\(alternatives)", expected: "0 to \(Self.maximumAlternatives)")
    }
    return GenerationOptions(
      maximumTokens: maximumTokens,
      sampling: SamplingOptions(
        temperature: temperature ?? 1, topK: try likeliest(), topP: topP ?? 1, minP: minP ?? 0,
        repetitionPenalty: repetitionPenalty ?? 1, repetitionWindow: repetitionWindow ?? 64,
        logitBias: try biases(), presencePenalty: presencePenalty ?? 0,
        frequencyPenalty: frequencyPenalty ?? 0, seed: seed),
      stopStrings: stops, stopsAtEndOfText: !(ignoresEndOfText ?? false), alternatives: alternatives)
  }

  /// vLLM's clients send 0 or −1 for all tokens.
  private func likeliest() throws(APIError) -> Int? {
    guard let topK, topK != 0, topK != -1 else { return nil }
    guard topK > 0 else {
      throw .field("top_k", found: "\(topK)", expected: "1 or more, or 0 for all tokens")
    }
    return topK
  }

  private func biases() throws(APIError) -> [Int: Float] {
    var biases: [Int: Float] = [:]
    for (name, bias) in logitBias ?? [:] {
      // As it would be written: else two keys could be one token.
      guard let token = Int(name), String(token) == name else {
        throw .field(
          "logit_bias", found: "with the key '\(name.onOneShortLine)'", expected: "token ids as keys")
      }
      // OpenAI's −100 "should result in a ban".
      biases[token] = bias <= -100 ? -.infinity : bias
    }
    return biases
  }
}
