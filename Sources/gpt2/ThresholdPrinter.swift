import GPT2Benchmarks
import GPT2Terminal

/// What was found beside what is required: a table, or one JSON object.
struct ThresholdPrinter {
  private let check: ThresholdCheck
  private let report: BenchmarkReport

  /// - Parameter report: The last measurement.
  init(_ check: ThresholdCheck, _ report: BenchmarkReport) {
    self.check = check
    self.report = report
  }

  private struct Record: Encodable {
    let machine: Machine
    let settings: BenchmarkReport.SettingsRecord
    let peaks: Peaks
    let isKept: Bool
    let thresholds: ThresholdCheck
  }

  func print(asJSON: Bool) throws {
    guard !asJSON else {
      return try JSON.print(
        Record(
          machine: report.machine, settings: report.settings, peaks: report.peaks, isKept: check.isKept,
          thresholds: check))
    }
    try Output.write((BenchPrinter(report).machineLines + table + [result]).joined(separator: "\n") + "\n")
  }

  private var table: [String] {
    let header =
      Columns.left("  of peak", 38) + ["required", "found"].map { Columns.right($0, 11) }.joined()
    let sections = check.rows.map(\.section).reduce(into: [BenchmarkSection.Kind]()) { kinds, kind in
      if kinds.last != kind { kinds.append(kind) }
    }
    let lines = sections.flatMap { section in
      ["", report.section(section)?.title ?? section.rawValue, header]
        + check.rows.filter { $0.section == section }.map(line)
    }
    let unchecked =
      check.unchecked.isEmpty ? [] : ["no threshold for " + check.unchecked.joined(separator: "; ")]
    return lines + [""] + unchecked
  }

  private func line(_ row: ThresholdCheck.Row) -> String {
    Columns.left("  " + row.operation, 25) + Columns.left(row.pass ?? "", 13)
      + Columns.right(Columns.percent(row.required, 1), 11)
      + Columns.right(check.isMeasured ? Columns.percent(row.found, 1) : "-", 11)
      + (row.isKept || !check.isMeasured ? "" : "  BELOW")
  }

  private var result: String {
    guard check.isMeasured else {
      return "nothing is known: something else used this machine while it was measured \(check.tries) times; "
        + "measure again when it is idle"
    }
    let below = check.rows.count { !$0.isKept }
    var times = check.tries == 1 ? "once" : "\(check.tries) times"
    if check.disturbed > 0 { times += ", of which \(check.disturbed) disturbed and not counted" }
    return below == 0
      ? "all \(check.rows.count) are kept; measured \(times)"
      : "\(below) of \(check.rows.count) are below what they must keep; measured \(times), the best counts"
  }
}
