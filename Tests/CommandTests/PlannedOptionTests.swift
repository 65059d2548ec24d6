import ArgumentParser
import Foundation
import Testing

@testable import gpt2

/// Of every option of `train` it is known whether a run may go on with another value of it.
@Suite struct PlannedOptionTests {
  private struct Tool: Decodable { let command: Subcommand }
  private struct Subcommand: Decodable {
    let commandName: String
    let subcommands: [Subcommand]?
    let arguments: [Argument]?
  }
  private struct Argument: Decodable {
    let kind: String
    let preferredName: Name?
    let names: [Name]?
  }
  private struct Name: Decodable {
    let kind: String
    let name: String
    var text: String { (kind == "long" ? "--" : "-") + name }
  }

  @Test func eachOptionHasItsLine() throws {
    let help = try Command("--experimental-dump-help")
    try #require(help.exitCode == 0)
    let tool = try JSONDecoder().decode(Tool.self, from: Data(help.output.utf8))
    let train = try #require(tool.command.subcommands?.first { $0.commandName == "train" })
    let options = try #require(train.arguments).filter { $0.kind != "positional" }
      .compactMap { $0.names?.map(\.text) }
    #expect(options.count > 50)
    let known = Set(PlannedOption.all.map(\.name))
    #expect(known.count == PlannedOption.all.count, "each has one line")
    for names in options {
      let isOpposite = names.contains { $0.hasPrefix("--no-") && known.contains("--" + $0.dropFirst(5)) }
      #expect(
        isOpposite || names == ["--help"] || names == ["--version"] || !known.isDisjoint(with: names),
        "\(names) needs its line in PlannedOption.all: what becomes of a run that goes on with another value?"
      )
    }
    for name in known {
      #expect(options.contains { $0.contains(name) }, "\(name) is no option of train any more")
    }
  }

  /// What a plan keeps, parsed again, is what it was made of.
  @Test func whatIsKeptIsReadAgain() throws {
    let command = try TrainCommand.parse([
      "-e", "d2", "-i", "data/*.bin", "-o", "run", "-b", "3", "-x", "-1", "-d", "-1", "-m", "-1", "-l",
      "1e-5",
      "-k", "wsd", "--optimizer", "muon", "--momentum", "0.1", "--lora-rank", "2", "--quantize", "q8_0", "-a",
      "1",
      "-r", "2", "--precision", "bf16", "--no-shuffle", "--keep-best", "--seed", "4294967295", "-w", "0",
    ])
    let values = command.planValues
    for (name, value) in [
      "--batch-size": "3", "--steps": "-1", "--learning-rate": "1e-05", "--schedule": "wsd",
      "--optimizer": "muon", "--shuffle": "false", "-a": "1", "-w": "0", "--quantize": "q8_0",
      "--recompute": "2",
      "--data": "data/*.bin",
    ] { #expect(values[name] == value, "\(name)") }
    let words = PlannedOption.all.flatMap { planned in values[planned.name].map(planned.words) ?? [] }
    #expect(try TrainCommand.parse(words + ["--output", "other"]).planValues == values)
    // llm.c's way to say nothing is the same as to say nothing, and so is what is usual.
    let usual = ["-e", "d1", "-i", "data.bin", "-o", "run", "--lora-rank", "2"]
    #expect(
      try TrainCommand.parse(usual).planValues
        == TrainCommand.parse(
          usual + [
            "-x", "-1", "-d", "-1", "-h", "0", "-w", "0", "--lora-alpha", "16", "--lora-targets", "linear",
          ]
        ).planValues)
    // The last one counts.
    let changed = try TrainCommand.parse(words + ["-o", "run", "--shuffle", "-b", "4", "-a", "0"])
    #expect(changed.batches.shuffle && changed.batches.batchSize == 4 && !changed.isOverfitting)
  }
}
