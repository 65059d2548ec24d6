import ArgumentParser
import Testing

@testable import GPT2Terminal
@testable import gpt2
@testable import ladder

/// A word that no command or option has is named before what is missing, with the words that are near.
@Suite struct UnknownWordTests {
  @Test(arguments: [
    ("trian --model d6", "Unknown command 'trian'. Did you mean 'train'?"),
    ("tokenise book.txt", "Unknown command 'tokenise'. Did you mean 'tokenize'?"),
    ("nope", "Unknown command 'nope'."), ("help nope", "Unknown command 'nope'."),
    ("help tokenise", "Unknown command 'tokenise'. Did you mean 'tokenize'?"),
    ("help train nope", ""), ("generate --modl x", "Unknown option '--modl'. Did you mean '--model'?"),
    ("generate --n 3", "Unknown option '--n'. Did you mean '--texts'?"),
    ("generate --n_predict 3", "Unknown option '--n_predict'. Did you mean '--max-tokens'?"),
    (
      "generate --repeat-penalty=1.1",
      "Unknown option '--repeat-penalty'. Did you mean '--repetition-penalty'?"
    ),
    ("generate --top 3", "Unknown option '--top'. Did you mean '--top-k' or '--top-p'?"),
    ("train --lr 1e-4", "Unknown option '--lr'. Did you mean '--learning-rate'?"),
    ("train --stepz 3", "Unknown option '--stepz'. Did you mean '--steps'?"),
    ("train -Q", "Unknown option '-Q'."), ("evaluate --zzz", "Unknown option '--zzz'."),
    ("bench -model d6", "Unknown option '-model'. Did you mean '--model'?"),
    ("--quiet train", "Unknown option '--quiet' before a command: options come after it."),
    // A value is none, and what stands behind -- neither.
    ("train -e d1 -x -1 -d -1 --bta1 3", "Unknown option '--bta1'. Did you mean '--beta1'"),
    ("generate --model a -- --nope", "Unexpected argument '--nope'"),
    // Nor is what a known option is given by mistake.
    ("generate --prompt", "Missing value for '--prompt <prompt>'"),
  ])
  func isNamed(line: String, message: String) throws {
    let result = try Command(line.split(separator: " ").map(String.init))
    // Help of a command goes on with what it is given.
    guard !message.isEmpty else { return #expect(result.exitCode == 0 || result.exitCode == 2) }
    expectRefusal(result, naming: message, "Usage: gpt2", "--help' for more information.")
    #expect(result.diagnostics.hasPrefix("Error: "))
  }

  @Test(arguments: [
    ("micrgrad", "Unknown command 'micrgrad'. Did you mean 'micrograd'?"),
    ("help nope", "Unknown command 'nope'."),
    ("ngram --smothing 1", "Unknown option '--smothing'. Did you mean '--smoothing'?"),
    ("em --oputput x", "Unknown option '--oputput'. Did you mean '--output'?"),
  ])
  func inTheLadder(line: String, message: String) throws {
    expectRefusal(
      try Command(line.split(separator: " ").map(String.init), executable: Command.ladder), naming: message)
  }

  /// What is known stays the parser's.
  @Test(arguments: [
    "help", "help train", "train --help", "generate -h", "--version", "fetch", "bench --help --nope",
    "train --help-hidden", "--generate-completion-script bash",
  ])
  func whatIsKnownIsNot(line: String) throws {
    #expect(try Command(line.split(separator: " ").map(String.init)).exitCode == 0)
  }

  /// Every name that is suggested for another program's is one of ours.
  @Test func otherNamesLeadSomewhere() throws {
    let root = try #require(CommandDescription.of(GPT2Command.self))
    let known = Set(root.commands.flatMap(\.longNames))
    for (other, ours) in OtherNames.options {
      #expect(known.contains(ours), "\(ours)")
      // Where a command has both, it is not asked.
      #expect(other != ours)
    }
  }

  /// As gpt2-serve is: one command, whose words are models.
  private struct OneCommand: ParsableCommand {
    @Option(name: .shortAndLong) var port: Int
    @Argument var models: [String] = []
  }

  @Test(arguments: [
    ("a.gguf b.gguf --prot 80", "Error: Unknown option '--prot'. Did you mean '--port'?"),
    ("a.gguf -m b", "Error: Unknown option '-m'."),
    ("help --prot", "Error: Unknown option '--prot'. Did you"),
  ])
  func aProgramOfOneCommand(line: String, message: String) {
    let error = #expect(throws: MisusedWord.self) {
      try CommandLineWords.parse(line.split(separator: " ").map(String.init), as: OneCommand.self)
    }
    #expect(error?.message.hasPrefix(message) ?? false, "\(error?.message ?? "")")
    #expect(error?.message.contains("Usage: one-command") ?? false)
  }

  @Test func whatAProgramOfOneCommandKnows() throws {
    let command = try CommandLineWords.parse(["a.gguf", "-p", "80", "help"], as: OneCommand.self)
    #expect((command as? OneCommand)?.models == ["a.gguf", "help"])
    #expect(throws: (any Error).self) { try CommandLineWords.parse(["a.gguf"], as: OneCommand.self) }
  }

  /// serve passes all on, so nothing of it is unknown here.
  @Test func whatIsPassedOnIsNot() throws {
    let root = try #require(CommandDescription.of(GPT2Command.self))
    #expect(CommandLineWords.misuse(["serve", "--prot", "80"], in: root) == nil)
  }
}
