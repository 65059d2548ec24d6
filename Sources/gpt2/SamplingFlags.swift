import ArgumentParser
import GPT2Generation
import GPT2Platform
import GPT2Terminal

/// How tokens are drawn and when a text ends.
struct SamplingFlags: ParsableArguments {
  @Option(name: [.customShort("n"), .long], help: "Tokens to generate at most.")
  var maxTokens = 128

  @Option(
    name: [.long, .customLong("temp")],
    help: "Divides the logits: below 1 is safer, above 1 is wilder, 0 takes the likeliest token."
  )
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

  @Option(help: "Taken from the logits of tokens that were written.")
  var presencePenalty: Float = 0

  @Option(help: "The same for each time that a token was written.")
  var frequencyPenalty: Float = 0

  @Option(
    help: ArgumentHelp(
      "Add to a token's logit; -inf bans it. May be given more than once.", valueName: "id=bias"))
  var logitBias: [TokenBias] = []

  @Option(help: "End the text before this string. May be given more than once.")
  var stop: [String] = []

  @Option(name: .shortAndLong, help: "The same seed gives the same text; without one it is drawn, and named.")
  var seed: UInt64?

  @Flag(help: "Go on past the end-of-text token.")
  var ignoreEndOfText = false

  func validate() throws {
    do { try generationOptions(alternatives: nil, seed: 1).check() } catch {
      throw ValidationError("\(error).")
    }
  }

  /// The seed that was given, or one that is drawn now and named on standard error, where tokens are drawn at all.
  func chosenSeed() -> UInt64 {
    if let seed { return seed }
    let drawn = UInt64.random(in: 1...UInt64(UInt32.max))
    if temperature > 0 { Diagnostics.write("seed \(drawn): the same text again with --seed \(drawn)") }
    return drawn
  }

  func generationOptions(alternatives: Int?, seed: UInt64) -> GenerationOptions {
    GenerationOptions(
      maximumTokens: maxTokens,
      sampling: SamplingOptions(
        temperature: temperature, topK: topK, topP: topP, minP: minP, repetitionPenalty: repetitionPenalty,
        repetitionWindow: repetitionWindow,
        logitBias: Dictionary(logitBias.map { ($0.token, $0.bias) }) { $1 },
        presencePenalty: presencePenalty, frequencyPenalty: frequencyPenalty, seed: seed),
      stopStrings: stop.map(PathText.repaired), stopsAtEndOfText: !ignoreEndOfText, alternatives: alternatives
    )
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
