import ArgumentParser
import Generation

/// How tokens are drawn and when a text ends.
struct SamplingFlags: ParsableArguments {
  @Option(help: "Tokens to generate at most.")
  var maxTokens = 128

  @Option(help: "Divides the logits: below 1 is safer, above 1 is wilder, 0 takes the likeliest token.")
  var temperature: Float = 1

  @Option(help: "Draw only from the K likeliest tokens.")
  var topK: Int?

  @Option(help: "Draw only from the likeliest tokens that together have probability P.")
  var topP: Double = 1

  @Option(help: "Draw only from tokens at least P times as probable as the likeliest.")
  var minP: Double = 0

  @Option(help: "Above 1, tokens of the text so far become less likely.")
  var repetitionPenalty: Float = 1

  @Option(help: "How many tokens back the penalty looks.")
  var repetitionWindow = 64

  @Option(
    help: ArgumentHelp(
      "Add to a token's logit; -inf bans it. May be given more than once.", valueName: "id=bias"))
  var logitBias: [TokenBias] = []

  @Option(help: "End the text before this string. May be given more than once.")
  var stop: [String] = []

  @Option(help: "The same seed gives the same text.")
  var seed: UInt64 = 1337

  @Flag(help: "Go on past the end-of-text token.")
  var ignoreEndOfText = false

  func validate() throws {
    do { try generationOptions(alternatives: nil).check() } catch { throw ValidationError("\(error).") }
  }

  func generationOptions(alternatives: Int?) -> GenerationOptions {
    GenerationOptions(
      maximumTokens: maxTokens,
      sampling: SamplingOptions(
        temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: repetitionPenalty,
        repetitionWindow: repetitionWindow,
        logitBias: Dictionary(logitBias.map { ($0.token, $0.bias) }) { $1 }, seed: seed),
      stopStrings: stop, stopsAtEndOfText: !ignoreEndOfText, alternatives: alternatives)
  }
}

/// "50256=-inf"
struct TokenBias: ExpressibleByArgument {
  let token: Int
  let bias: Float

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let token = Int(parts[0]), let bias = Float(parts[1]) else { return nil }
    self.token = token
    self.bias = bias
  }
}
