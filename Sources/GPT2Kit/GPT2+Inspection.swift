import GPT2BinaryFiles
import GPT2Generation
import GPT2Transformer

// A look inside: each reads the text once, off the caller's actor.
extension GPT2 {
  /// How likely the model finds each token of a text but the first, given those before it.
  ///
  ///     let scores = try await gpt2.score("The capital of France is Paris.", alternatives: 3)
  ///     let perplexity = exp(-scores.map(\.logProbability).reduce(0, +) / Double(scores.count))
  ///
  /// - Parameters:
  ///   - text: Of two tokens at least, or there is nothing to score.
  ///   - alternatives: How many of the likeliest tokens to list beside each.
  ///   - parsingSpecialTokens: As for `encode`.
  /// - Throws: `ModelError` for a text of more than `maximumPromptLength` tokens; `FileError` if the tokenizer can only
  ///   decode; `SamplingError` for damaged weights; `AllocationError`.
  public func score(
    _ text: String, alternatives: Int = 0, parsingSpecialTokens: Bool? = nil
  ) async throws -> [ScoredToken] {
    try await inspect(text, parsingSpecialTokens: parsingSpecialTokens).scores(alternatives: alternatives)
  }

  /// The same of a text as tokens.
  public func score(tokens: [Int], alternatives: Int = 0) async throws -> [ScoredToken] {
    try await inspect(tokens: tokens).scores(alternatives: alternatives)
  }

  /// A vector for a text, of as many values as the model has channels: the states that its last layer norm gives, of all
  /// tokens together or of the last.
  ///
  /// - Throws: As `score`.
  public func embedding(
    of text: String, pooling: Pooling = .mean, parsingSpecialTokens: Bool? = nil
  ) async throws -> [Float] {
    try await inspect(text, parsingSpecialTokens: parsingSpecialTokens).embedding(pooling)
  }

  /// Reads a text and keeps of the model's inside what is asked for.
  ///
  ///     let inspection = try await gpt2.inspect("Hi there", keeping: InspectionParts(attention: [5]))
  ///     let weights = try inspection.attention(layer: 5, head: 0)
  ///
  /// - Parameters:
  ///   - text: An empty one is the end-of-text token, which begins a document.
  ///   - parts: What will be asked for.
  ///   - ablation: What is switched off.
  ///   - parsingSpecialTokens: As for `encode`.
  /// - Throws: As `score`; `InspectionError` and `AblationError` for what the model or the text does not have.
  public func inspect(
    _ text: String, keeping parts: InspectionParts = InspectionParts(), ablation: Ablation? = nil,
    parsingSpecialTokens: Bool? = nil
  ) async throws -> Inspection {
    let tokens = try encode(text, parsingSpecialTokens: parsingSpecialTokens)
    return try await inspect(
      tokens: tokens.isEmpty ? [tokenizer.endOfText] : tokens, keeping: parts, ablation: ablation)
  }

  /// The same of a text as tokens.
  public func inspect(
    tokens: [Int], keeping parts: InspectionParts = InspectionParts(), ablation: Ablation? = nil
  ) async throws -> Inspection {
    try model.inspect(
      tokens.map { Int32(clamping: $0) }, keeping: parts, ablation: ablation,
      vocabularySize: tokenizer.vocabularySize)
  }

  /// Answers a request that came as JSON: see <doc:LookingInside>.
  ///
  /// - Throws: As `inspect(_:keeping:ablation:parsingSpecialTokens:)`.
  public func inspect(_ request: InspectionRequest) async throws -> InspectionReport {
    try InspectionReport(of: request, model, tokenizer)
  }
}
