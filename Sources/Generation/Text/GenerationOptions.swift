/// What to generate, and when to stop.
public struct GenerationOptions: Equatable, Sendable {
  /// Tokens of a text at most, at least 1.
  public var maximumTokens: Int
  /// How tokens are drawn.
  public var sampling: SamplingOptions
  /// The text ends before the first of these that appears in it.
  public var stopStrings: [String]
  /// Whether the end-of-text token ends a text; if not, the text goes on with another document.
  public var stopsAtEndOfText: Bool
  /// How many of the likeliest tokens to report beside each; with 0 its own log-probability alone, with `nil`
  /// nothing.
  public var alternatives: Int?
  /// What of the model is switched off. A draft's proposals are the whole model's, of which fewer are then accepted.
  public var ablation: Ablation?

  /// Options, with what most texts are written by where none is given.
  public init(
    maximumTokens: Int = 128, sampling: SamplingOptions = SamplingOptions(), stopStrings: [String] = [],
    stopsAtEndOfText: Bool = true, alternatives: Int? = nil, ablation: Ablation? = nil
  ) {
    self.maximumTokens = maximumTokens
    self.sampling = sampling
    self.stopStrings = stopStrings
    self.stopsAtEndOfText = stopsAtEndOfText
    self.alternatives = alternatives
    self.ablation = ablation
  }
}

/// Why a text ended.
public enum FinishReason: String, Sendable {
  /// The model ended the text.
  case endOfText = "end_of_text"
  /// A stop string came.
  case stopString = "stop_string"
  /// It has as many tokens as were asked for, or as the model has positions for.
  case length
}

/// A token of a text, and what can be shown of the text since the one before it.
public struct GeneratedToken: Equatable, Sendable {
  /// Its id.
  public let token: Int
  /// Empty where a token ends inside a character, or may be the beginning of a stop string.
  public let text: String
  /// Under the model's own distribution, if it was asked for.
  public let logProbability: Double?
  /// The model's likeliest tokens, if they were asked for, the likeliest first.
  public let alternatives: [TokenLogProbability]
  /// `nil` for all tokens but the last.
  public let finishReason: FinishReason?
}

extension GenerationOptions {
  /// Checks what does not depend on a model; `TextBatch` checks the rest.
  ///
  /// - Throws: `GenerationOptionError`; `SamplingOptionError`.
  public func check() throws {
    guard maximumTokens >= 1 else { throw GenerationOptionError.maximumTokens(maximumTokens) }
    if let alternatives, alternatives < 0 { throw GenerationOptionError.alternatives(alternatives) }
    try sampling.check()
  }
}

/// An option of generation that cannot be used.
public enum GenerationOptionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Fewer tokens than one.
  case maximumTokens(Int)
  /// A number of alternatives that there cannot be.
  case alternatives(Int)

  public var description: String {
    switch self {
    case .maximumTokens(let found): "found \(found) tokens to generate at most, expected at least 1"
    case .alternatives(let found): "found \(found) alternatives to report, expected 0 or more"
    }
  }
}
