import GPT2Generation
import GPT2Terminal
import GPT2Tokens

/// Prints texts as they come: one as it grows, several each as a whole, in order.
struct GenerationPrinter {
  private let tokenizer: Tokenizer
  private let asJSON: Bool
  /// Whether a text for people begins with its prompt.
  private let showsPrompt: Bool
  private let seed: UInt64
  /// Whether a terminal is given the texts as they are.
  private let raw: Bool
  private var samples: [Sample]
  /// The first sample that has not been printed.
  private var next = 0

  private struct Sample {
    var tokens: [GeneratedToken] = []
    var isFinished = false
  }

  init(samples: Int, seed: UInt64, tokenizer: Tokenizer, asJSON: Bool, showsPrompt: Bool, raw: Bool) {
    self.samples = [Sample](repeating: Sample(), count: samples)
    self.seed = seed
    self.tokenizer = tokenizer
    self.asJSON = asJSON
    self.showsPrompt = showsPrompt
    self.raw = raw
  }

  private var streams: Bool { samples.count == 1 && !asJSON }

  mutating func begin(prompt: [UInt8]) throws {
    if streams && showsPrompt { try Output.write(String(decoding: prompt, as: UTF8.self), raw: raw) }
  }

  mutating func show(_ token: GeneratedToken, of index: Int, prompt: [UInt8]) throws {
    samples[index].tokens.append(token)
    if streams { try Output.write(token.text, raw: raw) }
    guard token.finishReason != nil else { return }
    samples[index].isFinished = true
    while next < samples.count, samples[next].isFinished { try print(prompt) }
  }

  /// Prints what an interruption left unfinished.
  mutating func end(prompt: [UInt8]) throws {
    while next < samples.count { try print(prompt) }
  }

  private mutating func print(_ prompt: [UInt8]) throws {
    defer { next += 1 }
    if asJSON { return try JSON.print(record(of: next, prompt)) }
    if streams { return try Output.write("\n") }
    let text = samples[next].tokens.map(\.text).joined()
    let title = "--- \(next + 1) of \(samples.count) ---\n"
    let beginning = showsPrompt ? String(decoding: prompt, as: UTF8.self) : ""
    try Output.write(title + beginning + text + "\n", raw: raw)
  }

  private func record(of index: Int, _ prompt: [UInt8]) -> TextRecord {
    let tokens = samples[index].tokens
    return TextRecord(
      sample: index, seed: seed &+ UInt64(index), prompt: String(decoding: prompt, as: UTF8.self),
      text: tokens.map(\.text).joined(),
      finishReason: tokens.last?.finishReason?.rawValue ?? "interrupted",
      tokens: tokens.map { token in
        TokenRecord(
          id: token.token, text: text(of: token.token), logProbability: token.logProbability,
          alternatives: token.alternatives.isEmpty
            ? nil
            : token.alternatives.map {
              TokenRecord(id: $0.token, text: text(of: $0.token), logProbability: $0.logProbability)
            })
      })
  }

  private func text(of token: Int) -> String { String(decoding: tokenizer.bytes(of: token), as: UTF8.self) }
}

/// A generated text as JSON.
private struct TextRecord: Encodable {
  let sample: Int
  let seed: UInt64
  let prompt: String
  let text: String
  let finishReason: String
  let tokens: [TokenRecord]
}

private struct TokenRecord: Encodable {
  let id: Int
  let text: String
  let logProbability: Double?
  var alternatives: [TokenRecord]?
}
