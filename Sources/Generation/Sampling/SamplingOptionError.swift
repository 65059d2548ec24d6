/// Why sampling options could not be used: one case a cause.
public enum SamplingOptionError: Error, Equatable, Sendable {
  /// A temperature that is below 0 or not finite.
  case temperature(Float)
  /// Fewer candidates than one.
  case topK(Int)
  /// A share that is not above 0 and at most 1.
  case topP(Double)
  /// A share that is not from 0 to 1.
  case minP(Double)
  /// A factor that is not above 0 and finite.
  case repetitionPenalty(Float)
  /// A window of less than one token.
  case repetitionWindow(Int)
  /// A penalty that is not finite.
  case presencePenalty(Float)
  /// A penalty that is not finite.
  case frequencyPenalty(Float)
  /// A bias that is NaN or +∞.
  case logitBias(token: Int, bias: Float)
  /// A biased token that is negative or not below the size of the vocabulary, where that is known.
  case biasedTokenOutOfRange(token: Int, vocabularySize: Int?)
  /// The biases leave no token that could be picked.
  case everyTokenBanned(vocabularySize: Int)
}

extension SamplingOptionError: CustomStringConvertible {
  /// One line: what was found, what was expected, what to do.
  public var description: String {
    switch self {
    case .temperature(let found):
      "found temperature \(found), expected 0 or a positive finite number; "
        + "0 always takes the likeliest token, 1 draws as the model says"
    case .topK(let found):
      "found top-k \(found), expected at least 1; leave it out to draw from all tokens"
    case .topP(let found):
      "found top-p \(found), expected more than 0 and at most 1; 1 draws from all tokens"
    case .minP(let found):
      "found min-p \(found), expected 0 to 1; 0 draws from all tokens"
    case .repetitionPenalty(let found):
      "found repetition penalty \(found), expected a positive finite number; 1 penalises nothing"
    case .repetitionWindow(let found):
      "found a repetition window of \(found) tokens, expected at least 1; "
        + "a repetition penalty of 1 penalises nothing"
    case .presencePenalty(let found):
      "found presence penalty \(found), expected a finite number; 0 penalises nothing"
    case .frequencyPenalty(let found):
      "found frequency penalty \(found), expected a finite number; 0 penalises nothing"
    case .logitBias(let token, let bias):
      "found the bias \(bias) for token \(token), expected a finite number, or -inf to ban the token; "
        + "correct it or leave it out"
    case .biasedTokenOutOfRange(let token, let vocabularySize?):
      "found a bias for token \(token), expected tokens from 0 to \(vocabularySize - 1); "
        + "was its id looked up with another tokenizer?"
    case .biasedTokenOutOfRange(let token, nil):
      "found a bias for token \(token), expected a token from 0 upwards; correct its id"
    case .everyTokenBanned(let vocabularySize):
      "found a bias of -inf for every one of the \(vocabularySize) tokens that the model thinks possible, "
        + "expected one at least without; take a ban back"
    }
  }
}
