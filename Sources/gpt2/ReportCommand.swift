import ArgumentParser
import BinaryFiles
import Platform
import Reports
import Terminal

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show a training run as one page of HTML.",
    discussion: """
      Reads the directory that train wrote, also while it is still writing, and makes a page that needs no \
      network: losses, learning rate, gradient norm, speed, samples, checkpoints and settings.

        gpt2 report runs/book

      A directory of llm.c's own programs will do as well; its main.log knows less. A report that is there is \
      replaced; any other file only with --overwrite.

      --json prints the most important numbers instead, as one JSON object; --csv prints all numbers of all \
      steps as a table.
      """)

  @Argument(help: "Directory of a training run.", completion: .directory)
  var directory: String

  @Option(help: "File to write; DIRECTORY/report.html if not given.", completion: .file(extensions: ["html"]))
  var output: String?

  @Flag(help: "Replace an output file that is no report.")
  var overwrite = false

  @Flag(help: "Print a summary as one JSON object, and write no page.")
  var json = false

  @Flag(help: "Print losses, rates, norms and speeds as comma-separated values, and write no page.")
  var csv = false

  @OptionGroup var detail: DetailOptions

  func validate() throws {
    if json && csv { throw ValidationError("--json and --csv exclude each other.") }
    if json || csv, output != nil || overwrite {
      throw ValidationError(
        "\(json ? "--json" : "--csv") writes no page; leave out --output and --overwrite.")
    }
  }

  func run() throws {
    let directory = Folder.withoutSlash(directory)
    let output = output ?? directory + "/report.html"
    let history = try RunHistory(directory: directory, keepingAll: csv)
    for line in history.cutLines {
      let path = "\(directory)/\(history.source.rawValue)"
      Diagnostics.write("warning: \(path): line \(line) is cut short and was left out")
    }
    let name = Folder.name(of: directory)
    if csv { return try Output.write(history.csv) }
    if json { return try JSON.print(RunOverview(history, name: name)) }
    let report = RunReport(
      history, files: try RunFiles(directory: directory), name: name,
      origin: Self.origin(history.source, records: history.recordCount))
    try ReportFile.write(report, to: output, overwriting: overwrite)
    Diagnostics.write("wrote \(output) (\(name)): \(Self.summary(report.overview))")
  }

  private static func origin(_ source: RunHistory.Source, records: Int) -> String {
    "Made by gpt2 report \(GPT2Command.configuration.version) at \(System.timestamp) from \(records) records of "
      + "\(source.rawValue). Point at a chart to read its values."
  }

  /// "1000 steps, best validation loss 5.5467 at step 1000".
  private static func summary(_ overview: RunOverview) -> String {
    let steps = "\(overview.step) \(overview.step == 1 ? "step" : "steps")"
    if let best = overview.bestValidation {
      return steps + ", best validation loss \(Numbers.fixed(best.loss, 4)) at step \(best.step)"
    }
    return steps + (overview.trainingLoss.map { ", training loss \(Numbers.fixed($0, 4))" } ?? "")
  }
}
