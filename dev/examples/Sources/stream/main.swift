// stream MODEL PROMPT [TOKENIZER]: continues a text, word by word, by a model in any file that gpt2 generate takes.
import Foundation
import GPT2Kit

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("usage: stream MODEL PROMPT [TOKENIZER]")
  exit(2)
}
do {
  let gpt2 = try await GPT2.load(
    contentsOf: arguments[1], tokenizer: arguments.count > 3 ? arguments[3] : nil)
  let options = GenerationOptions(maximumTokens: 50, sampling: SamplingOptions(temperature: 0))
  for try await token in gpt2.generate(arguments[2], options) {
    print(token.text, terminator: "")
    fflush(nil)
  }
  print()
} catch {
  // What was found, what was expected and what to do.
  FileHandle.standardError.write(Data("stream: \(error.localizedDescription)\n".utf8))
  exit(2)
}
