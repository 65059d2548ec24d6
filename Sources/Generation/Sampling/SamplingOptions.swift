/// How the next token is picked from the model's logits. What is left at its default changes nothing.
///
/// The options apply in the order in which they stand here, which is that of Hugging Face's transformers;
/// llama.cpp, unless told otherwise, applies the temperature last.
public struct SamplingOptions: Equatable, Sendable {
  /// Added to the logits of single tokens, by id. −∞ bans a token.
  public var logitBias: [Int: Float]
  /// Divides the positive logits of tokens seen lately and multiplies the negative ones: above 1 they become
  /// less likely, below 1 likelier; 1 changes nothing.
  public var repetitionPenalty: Float
  /// How many tokens back the penalty looks, at least 1; `nil` for the whole text.
  public var repetitionWindow: Int?
  /// Taken from the logits of tokens that were written, the prompt's not counted: below 0 they become likelier.
  public var presencePenalty: Float
  /// The same for each time that a token was written.
  public var frequencyPenalty: Float
  /// Divides the logits. 0 takes the likeliest token, and none of the options below matters.
  public var temperature: Float
  /// Only the k likeliest tokens stay; `nil` for all. More than there are tokens is all of them.
  public var topK: Int?
  /// Of those, only the smallest set of likeliest tokens stays whose probabilities add up to at least p.
  public var topP: Double
  /// Of those, only tokens stay that are at least p times as probable as the likeliest one.
  public var minP: Double
  /// The same seed picks the same tokens from the same logits.
  public var seed: UInt64

  /// Takes any values; `check` says which are usable.
  public init(
    temperature: Float = 1, topK: Int? = nil, topP: Double = 1, minP: Double = 0,
    repetitionPenalty: Float = 1, repetitionWindow: Int? = 64, logitBias: [Int: Float] = [:],
    presencePenalty: Float = 0, frequencyPenalty: Float = 0, seed: UInt64 = 1337
  ) {
    self.logitBias = logitBias
    self.repetitionPenalty = repetitionPenalty
    self.repetitionWindow = repetitionWindow
    self.presencePenalty = presencePenalty
    self.frequencyPenalty = frequencyPenalty
    self.temperature = temperature
    self.topK = topK
    self.topP = topP
    self.minP = minP
    self.seed = seed
  }

  /// Checks that every option is one that can be meant.
  ///
  /// - Parameter vocabularySize: V; the tokens of `logitBias` are held against it where it is known.
  /// - Throws: `SamplingOptionError` for the first option, in the initialiser's order, that is not.
  public func check(vocabularySize: Int? = nil) throws(SamplingOptionError) {
    guard temperature >= 0, temperature.isFinite else { throw .temperature(temperature) }
    if let topK, topK < 1 { throw .topK(topK) }
    guard topP > 0, topP <= 1 else { throw .topP(topP) }
    guard minP >= 0, minP <= 1 else { throw .minP(minP) }
    guard repetitionPenalty > 0, repetitionPenalty.isFinite else {
      throw .repetitionPenalty(repetitionPenalty)
    }
    if let repetitionWindow, repetitionWindow < 1 { throw .repetitionWindow(repetitionWindow) }
    guard presencePenalty.isFinite else { throw .presencePenalty(presencePenalty) }
    guard frequencyPenalty.isFinite else { throw .frequencyPenalty(frequencyPenalty) }
    // A dictionary has no order; the error is always about the lowest id.
    for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
      guard bias < .infinity else { throw .logitBias(token: token, bias: bias) }
      guard token >= 0, vocabularySize.map({ token < $0 }) ?? true else {
        throw .biasedTokenOutOfRange(token: token, vocabularySize: vocabularySize)
      }
    }
  }
}
