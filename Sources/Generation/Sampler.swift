import RandomNumbers

/// Picks the next token from logits: temperature, top-k, and a seeded random number.
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

  private let settings: Settings
  private var generator: XorShift

  public init(_ settings: Settings) {
    self.settings = settings
    // xorshift never leaves zero.
    generator = XorShift(state: settings.seed == 0 ? 0x9E37_79B9_7F4A_7C15 : settings.seed)
  }

  /// Draws one token.
  ///
  /// - Parameter logits: (V), unnormalised log-probabilities.
  /// - Throws: `SamplingError` if a logit is NaN or none is finite.
  public mutating func sample(_ logits: UnsafeBufferPointer<Float>) throws(SamplingError) -> Int {
    let greatest = try Self.indexOfGreatest(logits)
    guard settings.temperature > 0 else { return greatest }

    let threshold = settings.topK.map { $0 < logits.count ? logits.greatest($0) : -.infinity } ?? -.infinity
    var weights = [Double](repeating: 0, count: logits.count)
    var total = 0.0
    // Ties at the threshold are kept in order of their ids, up to k tokens.
    var room = Self.countOfTies(at: threshold, topK: settings.topK, in: logits)
    for token in logits.indices where logits[token] >= threshold {
      if logits[token] == threshold && settings.topK != nil {
        guard room > 0 else { continue }
        room -= 1
      }
      weights[token] = exponential(Double((logits[token] - logits[greatest]) / settings.temperature))
      total += weights[token]
    }
    return Self.index(at: Double(generator.nextFloat()) * total, in: weights) ?? greatest
  }

  /// The first token at which the running sum passes `target`; never one of weight zero.
  private static func index(at target: Double, in weights: [Double]) -> Int? {
    var sum = 0.0
    for token in weights.indices where weights[token] > 0 {
      sum += weights[token]
      if target < sum { return token }
    }
    return nil
  }

  private static func indexOfGreatest(
    _ logits: UnsafeBufferPointer<Float>
  ) throws(SamplingError) -> Int {
    var greatest: Int?
    for token in logits.indices {
      if logits[token].isNaN { throw SamplingError(token: token, logit: logits[token]) }
      if logits[token] > (greatest.map { logits[$0] } ?? -.infinity) { greatest = token }
    }
    guard let greatest, logits[greatest].isFinite else {
      throw SamplingError(token: greatest ?? 0, logit: greatest.map { logits[$0] } ?? -.infinity)
    }
    return greatest
  }

  private static func countOfTies(
    at threshold: Float, topK: Int?, in logits: UnsafeBufferPointer<Float>
  ) -> Int {
    guard let topK else { return 0 }
    return topK - logits.count { $0 > threshold }
  }
}

/// Logits from which nothing can be drawn.
public struct SamplingError: Error, Equatable, Sendable, CustomStringConvertible {
  public let token: Int
  public let logit: Float

  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.token == rhs.token && lhs.logit.bitPattern == rhs.logit.bitPattern
  }

  public var description: String {
    "the model gave token \(token) the logit \(logit), expected a finite number; "
      + "its weights are damaged or the training that made them diverged"
  }
}
