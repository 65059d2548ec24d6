import ArgumentParser
import GPT2BinaryFiles
import GPT2Platform
import GPT2Reports
import GPT2Terminal

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show a training run, or several, as one page of HTML.",
    discussion: """
      Reads the directory that train wrote, also while it is still writing, and makes a page that needs no \
      network: losses, learning rate, gradient norm, speed, samples, checkpoints and settings.

        gpt2 report runs/book
        gpt2 report runs/book --open --watch

      Of several runs it draws the curves over one another, and lists the settings in which they differ:

        gpt2 report runs/book runs/other --output compared.html

      A directory of llm.c's own programs will do as well; its main.log knows less. A report that is there is \
      replaced; any other file only with --overwrite.

      --json prints the most important numbers instead, as one JSON object for each run; --csv prints all numbers of \
      all steps of one run as a table.
      """)

  @Argument(help: "Directories of training runs.", completion: .directory)
  var directories: [String]

  @Option(
    name: .shortAndLong,
    help: "File to write; DIRECTORY/report.html if not given. Needed for several runs.",
    completion: .file(extensions: ["html"]))
  var output: String?

  @Flag(help: "Replace an output file that is no report.")
  var overwrite = false

  @Flag(help: "Open the page in the browser; where there is none, say where the page is.")
  var open = false

  @Flag(
    help: """
      Write the page again whenever a run has gone on, until Ctrl-C. Meanwhile the page reloads itself, without a network.
      """)
  var watch = false

  @Flag(help: "Print a summary as one JSON object, and write no page.")
  var json = false

  @Flag(help: "Print losses, rates, norms and speeds as comma-separated values, and write no page.")
  var csv = false

  @OptionGroup var detail: DetailOptions

  func validate() throws {
    if json && csv { throw ValidationError("--json and --csv exclude each other.") }
    if json || csv, output != nil || overwrite || open || watch {
      throw ValidationError(
        "\(json ? "--json" : "--csv") writes no page; leave out --output, --overwrite, --open and --watch.")
    }
    guard directories.count > 1 else { return }
    if csv { throw ValidationError("--csv is for one run, found \(directories.count).") }
    if output == nil, !json {
      throw ValidationError("Name the page of several runs: --output compared.html")
    }
    guard json || directories.count <= ComparisonReport.greatestCount else {
      throw ValidationError(
        "found \(directories.count) runs, expected at most \(ComparisonReport.greatestCount) on a page.")
    }
    var known: Set<String> = []
    for directory in directories where !known.insert(System.absolutePath(directory) ?? directory).inserted {
      throw ValidationError("\(directory) is named twice; name other runs.")
    }
  }

  func run() throws {
    var runs = try directories.map { try ReportedRun($0, keepingAll: csv) }
    ReportedRun.makeNamesDiffer(in: &runs)
    for run in runs { run.warn() }
    if csv { return try Output.write(runs[0].history.csv) }
    if json { return try runs.forEach { try JSON.print(RunOverview($0.history, name: $0.name)) } }
    let page = ReportWriter(
      output: output ?? runs[0].directory + "/report.html", mayOverwrite: overwrite, isWatched: watch)
    if watch { Interruption.watch() }
    Diagnostics.write("wrote \(page.output) \(try page.write(runs).joined(separator: "\n  "))")
    if open { BrowserWindow.open(page.output) }
    guard watch else { return }
    var watch = ReportWatch(page)
    try watch.run(&runs)
  }
}
