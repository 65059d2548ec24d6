import ArgumentParser
import GPT2BinaryFiles
import GPT2Charts
import GPT2Platform
import GPT2Reports
import GPT2Terminal

/// Where a report is written, and how.
struct ReportWriter {
  let output: String
  /// Whether a file may be replaced that is no report.
  let mayOverwrite: Bool
  /// Whether the page reloads itself.
  var isWatched: Bool

  /// Often enough that a step is not waited for, and seldom enough to read in peace.
  private static let reloadSeconds = 3

  /// Writes the page.
  ///
  /// - Returns: What is on it: "(book): 1000 steps, best validation loss 5.5467 at step 1000"; of several runs how many
  ///   there are, and behind it one line each.
  /// - Throws: `FileError` if it may not be written there, or the system refuses a step.
  func write(_ runs: [ReportedRun]) throws(FileError) -> [String] {
    let reload = isWatched ? PageReload(seconds: Self.reloadSeconds) : nil
    guard runs.count > 1 else {
      let run = runs[0]
      let report = RunReport(
        run.history, files: run.files, name: run.name,
        origin: Self.origin(of: "\(run.history.recordCount) records of \(run.history.source.rawValue)"),
        reload: reload)
      try ReportFile.write(report, to: output, overwriting: mayOverwrite)
      return ["(\(run.name)): \(Self.summary(report.overview))"]
    }
    let report = ComparisonReport(
      runs.map { ComparisonReport.Run($0.name, $0.history) },
      origin: Self.origin(
        of: "\(runs.reduce(0) { $0 + $1.history.recordCount }) records of \(runs.count) runs"),
      reload: reload)
    try ReportFile.write(report, to: output, overwriting: mayOverwrite)
    return ["(\(runs.count) runs)"] + report.runs.map { "\($0.name): \(Self.summary($0.overview))" }
  }

  private static func origin(of records: String) -> String {
    "Made by gpt2 report \(GPT2Command.configuration.version) at \(System.timestamp) from \(records). "
      + "Point at a chart to read its values."
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
