// README's example, compiled: a test compares the two.
// example
import GPT2Kit

func tellAStory(model: String, tokenizer: String) async throws {
  let gpt2 = try GPT2(contentsOf: model, tokenizer: tokenizer)
  let options = GenerationOptions(maximumTokens: 50, sampling: SamplingOptions(temperature: 0.8, topP: 0.95))
  for try await token in gpt2.generate("Once upon a time", options) {
    print(token.text, terminator: "")
  }
}
// end of example
