import ArgumentParser
import GPT2Lessons
import GPT2Terminal

/// What every rung can be told.
struct RungOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Directory for the pictures and index.html; made if need be.", valueName: "dir"),
    completion: .directory)
  var output: String?

  @Flag(help: "Print the results as one JSON object.")
  var json = false

  @OptionGroup var detail: DetailOptions

  /// Says before the work whether the gallery could be written.
  ///
  /// - Throws: `FileError`
  func check() throws {
    if let output { try Gallery.check(output) }
  }

  /// Ends a rung: prints its results, and draws them if asked to.
  ///
  /// - Parameters:
  ///   - results: For `--json`.
  ///   - lines: What it printed otherwise; rungs that print as they go have said it already and pass none.
  ///   - gallery: Only made if it is asked for, as pictures take time.
  func finish(_ results: some Encodable, lines: [String] = [], gallery: () throws -> Gallery) throws {
    if json {
      try JSON.print(results)
    } else if !lines.isEmpty {
      try Output.write(lines.joined(separator: "\n") + "\n")
    }
    guard let output else { return }
    try gallery().write(to: output)
    Diagnostics.write("wrote \(output)/index.html and its pictures")
  }
}
