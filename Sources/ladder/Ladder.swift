import ArgumentParser
import GPT2Lessons
import GPT2Terminal

/// The ladder to 124M: one small file a rung, which parses flags, calls `Lessons`, and prints.
struct Ladder: ParsableCommand {
  static let rungs: [any Rung.Type] = [
    CircuitsCommand.self, MicrogradCommand.self, SymmetryCommand.self, NGramCommand.self, BPECommand.self,
    MLPCommand.self, EMCommand.self, MNISTCommand.self, ConvNetCommand.self, AttentionCommand.self,
    NanoGPTCommand.self, ScalingCommand.self,
  ]

  static let configuration = CommandConfiguration(
    commandName: "ladder",
    abstract: "From scalar backpropagation to GPT-2, rung by rung; each runs in less than two minutes.",
    discussion: """
      Each rung prints what it found, the numbers of the program that it follows. With --output it also draws pictures, \
      and index.html, which shows them.

        ladder micrograd --output lessons/micrograd
      """,
    version: Release.version,
    subcommands: [ListCommand.self, IndexCommand.self] + rungs.map { $0 as any ParsableCommand.Type })
}

/// A rung of the ladder.
protocol Rung: ParsableCommand {
  /// What it follows.
  static var original: LadderIndex.Original { get }
  /// The folder of its sources, in Lessons.
  static var sources: String { get }
  var options: RungOptions { get }
  /// What the command does, once it is known that its gallery can be written.
  func climb() throws
}

extension Rung {
  static var name: String { configuration.commandName ?? _commandName }

  func run() throws {
    try options.check()
    try climb()
  }
}

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the rungs, from the ground up.")

  @OptionGroup var detail: DetailOptions

  func run() throws {
    let lines = Ladder.rungs.map { rung in
      Columns.padded(rung.name, 12) + rung.configuration.abstract
    }
    try Output.write(lines.joined(separator: "\n") + "\n")
  }
}

@main
enum Main {
  static func main() { Exit.running(Ladder.self) }
}
