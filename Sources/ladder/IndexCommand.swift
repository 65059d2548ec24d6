import ArgumentParser
import GPT2Lessons
import GPT2Terminal

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Write the page that leads from rung to rung.",
    discussion: """
      Looks for the galleries that the rungs have written below a directory, writes index.html there, and gives each \
      gallery's page links to the ones before and after it. Run it again when a rung has been.

        ladder index --output lessons --derivations ../Sources/Lessons/Lessons.docc
      """)

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Directory of the galleries, each in a folder of its rung's name.", valueName: "dir"),
    completion: .directory)
  var output = "lessons"

  @Option(
    help: ArgumentHelp(
      "Where the pages that derive each rung are: as seen from --output, a path from /, or an address.",
      valueName: "place"))
  var derivations: String?

  @OptionGroup var detail: DetailOptions

  func run() throws {
    let rungs = Ladder.rungs.map { rung in
      LadderIndex.Rung(
        name: rung.name, summary: rung.configuration.abstract, original: rung.original, sources: rung.sources)
    }
    let found = try LadderIndex(rungs: rungs, directory: output, derivations: derivations).write()
    try Output.write("\(output)/index.html leads to \(found.count) of \(rungs.count) rungs\n")
  }
}
