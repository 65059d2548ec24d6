/// Picks the next token from logits: temperature, top-k, and a seeded random number. `TokenSampler` is the same
/// with more options.
public struct Sampler: Sendable {
  public struct Settings: Equatable, Sendable {
    /// Divides the logits; 0 always takes the most likely token.
    public var temperature: Float
    /// Only the k most likely tokens are drawn from; `nil` for all.
    public var topK: Int?
    /// The same seed draws the same tokens.
    public var seed: UInt64

    public init(temperature: Float = 1, topK: Int? = nil, seed: UInt64 = 1337) {
      precondition(temperature >= 0 && temperature.isFinite && topK ?? 1 >= 1)
      self.temperature = temperature
      self.topK = topK
      self.seed = seed
    }
  }

  private var sampler: TokenSampler

  public init(_ settings: Settings) {
    let options = SamplingOptions(
      temperature: settings.temperature, topK: settings.topK, seed: settings.seed)
    sampler = TokenSampler(checked: options, vocabularySize: 0)
  }

  /// Draws one token.
  ///
  /// - Parameter logits: (V), unnormalised log-probabilities.
  /// - Throws: `SamplingError` if a logit is NaN or none is finite.
  public mutating func sample(_ logits: UnsafeBufferPointer<Float>) throws(SamplingError) -> Int {
    if logits.count != sampler.vocabularySize { sampler.resize(to: logits.count) }
    do {
      return try sampler.sample(logits).token
    } catch let error as SamplingError {
      throw error
    } catch {
      preconditionFailure("without a bias no token is banned")
    }
  }
}
