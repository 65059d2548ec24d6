import ArgumentParser
import GPT2TextFormatting

/// The words of a command line before the argument parser's own complaints: a word that is not known is named first, with
/// those that are near. Otherwise who mistypes an option is told that it is missing.
package enum CommandLineWords {
  /// - Throws: `MisusedWord` if there is a word that is not known; what the parser throws.
  package static func parse(_ words: [String], as program: (some ParsableCommand).Type) throws
    -> any ParsableCommand
  {
    // The parser shows its general help whatever stands behind "help".
    if words.first == "help", let root = CommandDescription.of(program), !root.commands.isEmpty,
      let message = unknownCommand(words.dropFirst(), in: root).message
    {
      throw MisusedWord(message, usage: usage(of: program, [words.last ?? ""]))
    }
    do {
      return try program.parseAsRoot(words)
    } catch {
      // Help, versions and completions are no misuse.
      guard program.exitCode(for: error) == .validationFailure, let root = CommandDescription.of(program),
        let message = misuse(words, in: root)
      else { throw error }
      throw MisusedWord(message, usage: usage(program.fullMessage(for: error)))
    }
  }

  /// What is wrong with the first word that is not known; `nil` if all are.
  package static func misuse(_ words: [String], in root: CommandDescription) -> String? {
    let (message, command, rest) = unknownCommand(words[...], in: root)
    return message ?? unknownOption(rest, in: command, isRoot: !command.commands.isEmpty)
  }

  /// Follows the names of commands at the beginning.
  private static func unknownCommand(
    _ words: ArraySlice<String>, in root: CommandDescription
  ) -> (message: String?, command: CommandDescription, rest: ArraySlice<String>) {
    var (command, rest) = (root, words)
    while case let below = command.commands, !below.isEmpty, command.defaultSubcommand == nil,
      let word = rest.first, !word.hasPrefix("-")
    {
      guard let next = command.command(named: word) else {
        if word == "help" { return (nil, command, []) }
        let near = NearMiss.question(for: word, among: below.map(\.commandName))
        return ("Unknown command '\(word)'.\(near)", command, [])
      }
      (command, rest) = (next, rest.dropFirst())
    }
    return (nil, command, rest)
  }

  private static func unknownOption(
    _ words: ArraySlice<String>, in command: CommandDescription, isRoot: Bool
  ) -> String? {
    // What is passed on is another program's.
    guard !(command.arguments ?? []).contains(where: \.takesAll) else { return nil }
    var rest = words
    while let word = rest.popFirst(), word != "--" {
      guard looksLikeOption(word) else { continue }
      let name = String(word.prefix { $0 != "=" })
      if let option = command.option(typed: name) {
        if option.kind == .option, name == word, let next = rest.first,
          option.takesAnyValue || !looksLikeOption(next)
        {
          rest = rest.dropFirst()
        }
      } else if !isBuiltIn(name), !isCluster(name, of: command) {
        let place = isRoot ? " before a command: options come after it." : "."
        return "Unknown option '\(name)'\(place)\(suggestion(for: name, in: command))"
      }
    }
    return nil
  }

  /// "-5" and "-" are values.
  private static func looksLikeOption(_ word: String) -> Bool {
    word.hasPrefix("-") && word.count > 1 && !(word.dropFirst().first?.isNumber ?? false)
  }

  /// What the parser adds to every command.
  private static func isBuiltIn(_ name: String) -> Bool {
    ["--help", "-h", "-help", "--help-hidden", "-help-hidden", "--version", "--experimental-dump-help"]
      .contains(name)
      || name.hasPrefix("--generate-completion-script")
  }

  /// Flags of one letter may be written as one word: the parser says what is wrong with these.
  private static func isCluster(_ name: String, of command: CommandDescription) -> Bool {
    guard !name.hasPrefix("--"), name.count > 2, let first = name.dropFirst().first else { return false }
    return command.option(typed: "-\(first)") != nil
      // "-model" is no -m.
      && !command.longNames.contains(String(name.dropFirst()))
  }

  private static func suggestion(for name: String, in command: CommandDescription) -> String {
    let word = String(name.drop { $0 == "-" }.map { $0 == "_" ? "-" : $0 })
    if let other = OtherNames.options[word], command.longNames.contains(other) {
      return " Did you mean '--\(other)'?"
    }
    return NearMiss.question(for: word, among: command.longNames) { "--" + $0 }
  }

  private static func usage(of program: (some ParsableCommand).Type, _ words: [String]) -> String {
    do {
      _ = try program.parseAsRoot(words)
      return ""
    } catch {
      return usage(program.fullMessage(for: error))
    }
  }

  /// The parser's own words on how the command is used, from its complaint.
  private static func usage(_ message: String) -> String {
    let lines = message.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { !$0.hasPrefix("Usage:") }.joined(separator: "\n")
  }
}

/// A word of the command line that no command or option has.
package struct MisusedWord: Error {
  /// All that is said, as the parser says it.
  package let message: String

  init(_ message: String, usage: String) {
    self.message = "Error: " + message + (usage.isEmpty ? "" : "\n" + usage)
  }
}
