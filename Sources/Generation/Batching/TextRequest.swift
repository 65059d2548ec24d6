/// A text that is wanted.
package struct TextRequest: Equatable, Sendable {
  /// Token ids; if there are none, the text starts from the end-of-text token, the mark between documents.
  package var prompt: [Int32]
  package var options: GenerationOptions
  /// How many of the likeliest tokens to report beside each token of the prompt itself, with its log-probability; with `nil`
  /// the prompt's tokens are not scored.
  package var promptAlternatives: Int?

  package init(
    prompt: [Int32], options: GenerationOptions = GenerationOptions(), promptAlternatives: Int? = nil
  ) {
    self.prompt = prompt
    self.options = options
    self.promptAlternatives = promptAlternatives
  }

  /// Checks what does not depend on a model.
  ///
  /// A prompt that is scored may be followed by no tokens at all.
  ///
  /// - Throws: `GenerationOptionError`; `SamplingOptionError`.
  package func check() throws {
    var options = options
    if let promptAlternatives {
      guard promptAlternatives >= 0 else { throw GenerationOptionError.alternatives(promptAlternatives) }
      if options.maximumTokens == 0 { options.maximumTokens = 1 }
    }
    try options.check()
  }
}

/// What a model thinks of a token of a given text.
package struct PromptToken: Equatable, Sendable {
  package let token: Int
  /// ln p(token | the tokens before it), under the model's own distribution; `nil` for the first, before which there is
  /// nothing.
  package let logProbability: Double?
  /// The tokens that the model found likeliest in its place, the likeliest first, as many as were asked for.
  package let alternatives: [TokenLogProbability]

  init(token: Int) {
    self.token = token
    logProbability = nil
    alternatives = []
  }

  init(_ sampled: SampledToken) {
    token = sampled.token
    logProbability = sampled.logProbability
    alternatives = sampled.alternatives
  }
}
