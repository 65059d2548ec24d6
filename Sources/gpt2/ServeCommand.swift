import ArgumentParser
import GPT2Terminal

/// Starts `gpt2-serve`, a program of its own so that this one need not hold an HTTP server.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve models over HTTP, as OpenAI's API (by gpt2-serve).",
    discussion: """
        gpt2 serve --model gpt2.gguf --port 8080

      All options are gpt2-serve's, the program beside this one; make serve builds it. \
      gpt2 serve --help shows them.
      """)

  @Argument(parsing: .captureForPassthrough, help: "gpt2-serve's options.")
  var arguments: [String] = []

  func run() throws { try ServerProgram.become(arguments, from: "gpt2") }
}
