import ArgumentParser
import GPT2Platform
import GPT2Reports
import GPT2Terminal

/// One command of several that follow each other: printed as a shell takes it, then run as if it had been typed.
struct CommandStep {
  /// With the subcommand before them.
  let arguments: [String]

  var line: String { ShellQuoting.line(["gpt2"] + arguments) }

  /// - Parameter place: "2 of 5".
  func run(_ place: String) throws {
    announce(place)
    var command = try GPT2Command.parseAsRoot(arguments)
    try command.run()
    if Interruption.isAsked { throw Exit.interrupted }
  }

  func announce(_ place: String) { Diagnostics.write("\(place): \(line)") }
}
