import ArgumentParser
import Foundation
import Generation
import Tokens
import Transformer

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continue a text.",
    discussion: """
      Prints the prompt and then each token as it comes. Without a prompt the model starts where a document \
      starts. It stops at the model's end-of-text token, at --max-tokens, or at Ctrl-C.

        gpt2 generate --model gpt2_124M.bin --tokenizer gpt2_tokenizer.bin \\
          --prompt 'The sea was'

      When the text is longer than the model has positions, the model sees the last of them.
      """)

  @Option(help: "Model checkpoint.", completion: .file(extensions: ["bin"]))
  var model: String

  @Option(help: "Tokenizer that the model was trained with.", completion: .file(extensions: ["bin"]))
  var tokenizer: String

  @Option(help: "Text to continue.")
  var prompt = ""

  @Option(help: "Tokens to generate at most.")
  var maxTokens = 128

  @Option(help: "Divides the logits: below 1 is safer, above 1 is wilder, 0 takes the likeliest token.")
  var temperature: Float = 1

  @Option(help: "Draw only from the K likeliest tokens.")
  var topK: Int?

  @Option(help: "The same seed gives the same text.")
  var seed: UInt64 = 1337

  @Flag(help: "Go on past the end-of-text token.")
  var ignoreEndOfText = false

  @OptionGroup var precisionOptions: PrecisionOptions
  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    try maxTokens.check("--max-tokens", atLeast: 1)
    try temperature.check("--temperature", atLeast: 0)
    try topK?.check("--top-k", atLeast: 1)
  }

  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let workers = threadOptions.workers
    let parameters = try Checkpoint.read(model, placing: .mapped)
    let model = Model(parameters, precision: precisionOptions.precision, on: workers)
    let tokenizer = try Tokenizer(contentsOf: self.tokenizer)
    try model.configuration.check(tokenizer, readFrom: self.tokenizer)
    parameters.warnIfNotFinite(path: self.model, on: workers)
    let prompt = try tokenizer.encode(self.prompt).map(Int32.init)
    let generator = try Generator(
      LanguageModel(model), prompt: prompt, endOfText: tokenizer.endOfText, maximumTokens: maxTokens,
      sampling: Sampler.Settings(temperature: temperature, topK: topK, seed: seed))
    Diagnostics.write(
      "loaded \(self.model) (\(model.configuration.summary)) in \(seconds(since: start)) s")

    Interruption.watch()
    try Output.write(self.prompt)
    let generating = clock.now
    let count = try stream(from: generator, tokenizer)
    let elapsed = (clock.now - generating) / .seconds(1)
    Diagnostics.write(
      "\(count) tokens in \(Numbers.fixed(elapsed, 2)) s: "
        + "\(Numbers.fixed(Double(count) / elapsed, 1)) tokens/s on \(workers.count) threads")
  }

  /// Prints tokens as they come and returns how many there were.
  private func stream(from generator: Generator, _ tokenizer: Tokenizer) throws -> Int {
    var text = UTF8Stream()
    var count = 0
    while count < maxTokens && !Interruption.isAsked {
      let token = try generator.next()
      count += 1
      if token == tokenizer.endOfText {
        if !ignoreEndOfText { break }
      } else {
        try Output.write(text.append(tokenizer.bytes(of: token)))
      }
    }
    try Output.write(text.finish() + "\n")
    return count
  }

  private func seconds(since start: ContinuousClock.Instant) -> String {
    Numbers.fixed((ContinuousClock.now - start) / .seconds(1), 2)
  }
}
