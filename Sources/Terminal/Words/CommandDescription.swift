import ArgumentParser
import GPT2BinaryFiles

/// A command as the argument parser describes it to other programs: its options and commands by name.
package struct CommandDescription: Decodable {
  package struct Name: Decodable {
    package enum Kind: String, Decodable {
      case long, short, longWithSingleDash
    }

    package let kind: Kind
    package let name: String

    /// As it is typed.
    package var text: String { (kind == .long ? "--" : "-") + name }
  }

  package struct Argument: Decodable {
    package enum Kind: String, Decodable {
      case positional, option, flag
    }

    package let kind: Kind
    package let names: [Name]?
    package let preferredName: Name?
    package let parsingStrategy: String?
    package let shouldDisplay: Bool?

    /// Whether it takes all words that follow it, whatever they are.
    var takesAll: Bool { parsingStrategy == "allRemainingInput" }
    /// Whether its value may look like an option.
    var takesAnyValue: Bool { parsingStrategy == "unconditional" }
  }

  private struct Tool: Decodable { let command: CommandDescription }

  package let commandName: String
  package let aliases: [String]?
  package let defaultSubcommand: String?
  private let subcommands: [CommandDescription]?
  package let arguments: [Argument]?

  /// - Returns: `nil` if the parser describes it in a way that is not known here.
  package static func of(_ program: (some ParsableCommand).Type) -> CommandDescription? {
    do {
      _ = try program.parseAsRoot(["--experimental-dump-help"])
      return nil
    } catch {
      let text = Array(program.fullMessage(for: error).utf8)
      return text.withUnsafeBytes { try? JSONCoding.value(Tool.self, from: $0).command }
    }
  }

  /// Those below it; the parser lists its own "help" even below a command that has none.
  package var commands: [CommandDescription] { (subcommands ?? []).filter { $0.commandName != "help" } }

  /// The command below this one of that name.
  func command(named name: String) -> CommandDescription? {
    commands.first { $0.commandName == name || $0.aliases?.contains(name) ?? false }
  }

  /// The option that is typed so.
  func option(typed text: String) -> Argument? {
    arguments?.first { $0.names?.contains { $0.text == text } ?? false }
  }

  /// Names of its options without their dashes, those of one letter left out.
  var longNames: [String] {
    (arguments ?? []).filter { $0.shouldDisplay ?? true }.flatMap { $0.names ?? [] }.filter {
      $0.kind == .long
    }
    .map(\.name)
  }
}
