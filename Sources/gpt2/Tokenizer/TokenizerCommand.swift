import ArgumentParser

/// What is done with tokenizers themselves.
struct TokenizerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer",
    abstract: "Train a tokenizer on your own text.",
    discussion: """
        gpt2 tokenizer train notes --extension md --vocabulary-size 4096 \\
          --output data/notes.bin
      """,
    subcommands: [TrainTokenizerCommand.self])
}
