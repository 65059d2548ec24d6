import ArgumentParser
import Platform
import Terminal

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

  func run() throws {
    guard let program = System.programPath else {
      throw missing("beside gpt2, which the system does not find")
    }
    let places = ServerProgram.places(from: program)
    guard let server = places.first(where: { FileSystem.allows(X_OK, $0) }) else {
      throw missing(places.joined(separator: " or "))
    }
    System.become(server, arguments)
    Diagnostics.write("gpt2: \(server): \(System.errorText(errno))")
    throw Exit.unusableInput
  }

  private func missing(_ place: String) -> ExitCode {
    Diagnostics.write("gpt2: found no gpt2-serve, expected it at \(place); make serve builds it")
    return Exit.unusableInput
  }
}

/// Where the server's program may be.
enum ServerProgram {
  static let name = "gpt2-serve"

  /// Beside the program, as it is installed, or where `make serve` puts it if the program is in a build folder.
  static func places(from program: String) -> [String] {
    let folders = program.utf8.split(separator: UInt8(ascii: "/")).dropLast().map { String(Substring($0)) }
    var places = ["/" + (folders + [name]).joined(separator: "/")]
    if let build = folders.lastIndex(where: { $0.hasPrefix(".build") }) {
      let root = "/" + folders[..<build].joined(separator: "/")
      places.insert("\(root)/.build-serve/release/\(name)", at: 0)
    }
    return places
  }
}
