import ArgumentParser
import Testing

@testable import GPT2Terminal
@testable import gpt2
@testable import ladder

/// No option means two things, in whichever command it is given.
@Suite struct OptionNamesTests {
  private struct Use: Hashable {
    let command: String
    /// The option's longest name.
    let meaning: String
  }

  private struct Named {
    /// As it is typed: "tokenizer train".
    let name: String
    let description: CommandDescription

    var arguments: [CommandDescription.Argument]? { description.arguments }
    func option(typed text: String) -> CommandDescription.Argument? { description.option(typed: text) }
  }

  /// Those below a command stand in its place.
  private func commands(_ program: (some ParsableCommand).Type) throws -> [Named] {
    try #require(CommandDescription.of(program)).commands.flatMap { command in
      command.commands.isEmpty
        ? [Named(name: command.commandName, description: command)]
        : command.commands.map { Named(name: "\(command.commandName) \($0.commandName)", description: $0) }
    }
  }

  /// By what is typed, whether behind one dash or two where it is one letter.
  private func uses(in commands: [Named]) -> [String: Set<Use>] {
    var uses: [String: Set<Use>] = [:]
    for command in commands {
      for argument in command.arguments ?? [] {
        let names = argument.names ?? []
        guard let longest = names.map(\.name).max(by: { $0.count < $1.count }) else { continue }
        let meaning = longest.hasPrefix("no-") ? String(longest.dropFirst(3)) : longest
        for name in names {
          let typed = name.name.count == 1 ? "-" + name.name : name.text
          uses[typed, default: []].insert(Use(command: command.name, meaning: meaning))
        }
      }
    }
    return uses
  }

  @Test func noOptionMeansTwoThings() throws {
    let commands = try commands(GPT2Command.self) + commands(Ladder.self)
    #expect(commands.count > 15)
    let others = uses(in: commands.filter { $0.name != "train" })
    for (typed, uses) in others {
      let meanings = Set(uses.map(\.meaning))
      // micrograd's temperature is a road's, that of generate a distribution's; so --temp is generate's alone.
      // The n of an n-gram, as in EurekaLabsAI's program; it is typed --n.
      if typed == "-n" {
        #expect(meanings == ["max-tokens", "n"])
      } else {
        #expect(meanings.count == 1, "\(typed) means \(meanings.sorted())")
      }
    }
    // train has the letters of llm.c's train_gpt2.cu, which mean there what they mean here; these mean another thing.
    let train = uses(in: commands.filter { $0.name == "train" })
    let differing = train.filter { typed, uses in
      others[typed].map { Set($0.map(\.meaning)) != Set(uses.map(\.meaning)) } ?? false
    }
    #expect(Set(differing.keys) == ["-h", "-m", "-n", "-s"])
  }

  @Test func withinACommandNoNameIsThereTwice() throws {
    for command in try commands(GPT2Command.self) + commands(Ladder.self) {
      let names = (command.arguments ?? []).flatMap { $0.names?.map(\.text) ?? [] }
      #expect(names.count == Set(names).count, "\(command.name)")
    }
  }

  /// Wherever a command has the long one, but in train, where llm.c's letter may be another.
  @Test(arguments: [
    ("model", "-m", []), ("prompt", "-p", []), ("max-tokens", "-n", ["evaluate"]), ("seed", "-s", []),
    ("temperature", "--temp", ["micrograd"]), ("output", "-o", []), ("sequence-length", "-t", []),
    ("learning-rate", "-l", []), ("quiet", "--quiet", []), ("verbose", "--verbose", []),
  ])
  func namesOfOtherPrograms(option: String, other: String, without: [String]) throws {
    var count = 0
    for command in try commands(GPT2Command.self) + commands(Ladder.self)
    where !without.contains(command.name) && !(command.name == "train" && other.count == 2) {
      guard let argument = command.option(typed: "--" + option), argument.kind != .positional else {
        continue
      }
      count += 1
      #expect(argument.names?.map(\.text).contains(other) ?? false, "\(command.name)")
    }
    #expect(count > 0)
  }

  /// serve's are gpt2-serve's.
  @Test func everyCommandHasQuietAndVerbose() throws {
    for command in try commands(GPT2Command.self) + commands(Ladder.self) where command.name != "serve" {
      #expect(command.option(typed: "--quiet")?.kind == .flag, "\(command.name)")
      #expect(command.option(typed: "--verbose")?.kind == .flag, "\(command.name)")
    }
  }

  @Test func theyAreParsed() throws {
    let words = ["-m", "a.bin", "-p", "Once", "-n", "5", "-s", "7", "--temp", "0.5", "--texts", "2"]
    let generate = try GenerateCommand.parse(words)
    #expect(generate.inference.model == "a.bin" && generate.prompt.prompt == "Once" && generate.count == 2)
    #expect(
      generate.sampling.maxTokens == 5 && generate.sampling.seed == 7 && generate.sampling.temperature == 0.5)
    #expect(try FinetuneCommand.parse(["t", "-m", "a", "-o", "r", "-s", "3"]).seed == 3)
    #expect(try TokenizeCommand.parse(["t", "--tokenizer", "b", "-o", "r", "-s", "3"]).division.seed == 3)
    #expect(try BenchCommand.parse(["-m", "d1"]).model == "d1")
    #expect(try VerifyCommand.parse(["-m", "a", "--state", "s"]).model == "a")
    #expect(try InspectCommand.parse(["-m", "a", "-p", "b"]).prompt.prompt == "b")
    // llm.c's.
    let train = try TrainCommand.parse(["-e", "d1", "-i", "x", "-o", "r", "-m", "9", "-n", "8", "-s", "7"])
    #expect(train.watching.validationBatches == 9 && train.checkpoints.checkpointInterval == 8)
    #expect(train.watching.sampleInterval == 7)
  }
}
