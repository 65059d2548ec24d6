import GPT2Benchmarks
import GPT2Terminal

/// A benchmark's report: tables, or one JSON object.
struct BenchPrinter {
  private let report: BenchmarkReport

  init(_ report: BenchmarkReport) { self.report = report }

  func print(asJSON: Bool) throws {
    if asJSON {
      try JSON.print(report)
    } else {
      try Output.write((machineLines + report.sections.flatMap(lines)).joined(separator: "\n") + "\n")
    }
  }

  var machineLines: [String] {
    let machine = report.machine
    let settings = report.settings
    let peaks = report.peaks
    var lines = [
      "\(machine.processor), \(settings.threads) of \(machine.activeProcessors) processors, "
        + "kernels for \(machine.kernels); products by \(machine.matrixProduct)",
      "model: \(settings.layers) layers, \(settings.heads) heads, \(settings.channels) channels, "
        + "\(settings.vocabularySize) tokens: \(Numbers.short(Double(settings.parameters))) parameters; "
        + "precision \(settings.precision); medians of \(settings.repetitions) runs",
      "",
      Self.peakRow("peaks", "fp32 GFLOP/s", "bf16 GFLOP/s", "read GB/s", "update GB/s"),
      Self.peakRow(peaks.oneThread),
    ]
    if settings.threads > 1 { lines.append(Self.peakRow(peaks.allThreads)) }
    if let end = peaks.allThreadsAtEnd { lines.append(Self.peakRow(end, "  at the end")) }
    lines.append("an empty region of two parts costs \(Numbers.fixed(peaks.fanOutSeconds * 1e6, 2)) µs")
    if peaks.areDisturbed {
      lines.append("the peaks are not steady: something else uses this machine, and all figures are rough")
    }
    if !machine.isOptimised {
      lines.insert("a debug build: these figures mean nothing; build with -c release", at: 0)
    }
    return lines
  }

  private static func peakRow(_ rates: PeakRates, _ name: String? = nil) -> String {
    func billions(_ rate: Double?) -> String { rate.map { Numbers.fixed($0 / 1e9, 1) } ?? "-" }
    return peakRow(
      name ?? "  \(rates.threads) \(rates.threads == 1 ? "thread" : "threads")", billions(rates.fp32),
      billions(rates.bf16), billions(rates.read), billions(rates.update))
  }

  private static func peakRow(_ name: String, _ rates: String...) -> String {
    Columns.left(name, 12) + rates.map { Columns.right($0, 14) }.joined()
  }

  private func lines(_ section: BenchmarkSection) -> [String] {
    let lines = ["", section.title]
    if section.hasOperations { return lines + operationTable(section) }
    return lines + passTable(section)
  }

  private func operationTable(_ section: BenchmarkSection) -> [String] {
    let header =
      Columns.left("  operation", 17) + Columns.left("pass", 13)
      + ["calls", "ms a call", "ms a step", "share"].map { Columns.right($0, 11) }.joined()
      + Columns.right("rate", 16) + Columns.right("of peak", 15)
    let rows = section.rows.map { row in
      let share = row.isPart ? "" : Columns.percent(row.secondsPerStep / section.seconds, 1)
      return Columns.left("  " + row.name, 17) + Columns.left(row.pass ?? "", 13)
        + Columns.right("\(row.callsPerStep)", 11)
        + Columns.right(Columns.milliseconds(row.secondsPerCall), 11)
        + Columns.right(Columns.milliseconds(row.secondsPerStep), 11) + Columns.right(share, 11)
        + Columns.rateAndPeak(row)
    }
    return [header] + rows + [sumLine(section)]
  }

  /// The sum of the parts, and the whole where it was measured.
  private func sumLine(_ section: BenchmarkSection) -> String {
    let sum = "  sum: \(Columns.milliseconds(section.seconds)) ms"
    let wholes: [BenchmarkSection.Kind: BenchmarkSection.Kind] = [
      .trainingOperations: .training, .prefillOperations: .prefill, .decodingOperations: .decoding,
    ]
    guard let kind = wholes[section.kind], let whole = report.section(kind)?.seconds else { return sum }
    return sum + "; the whole, measured as such: \(Columns.milliseconds(whole)) ms "
      + "(the sum is \(Columns.percent(section.seconds / whole, 0)) of it)"
  }

  private func passTable(_ section: BenchmarkSection) -> [String] {
    let header =
      Columns.left("  pass", 25)
      + ["ms", "tokens/s", "ms a token"].map { Columns.right($0, 12) }.joined()
      + Columns.right("rate", 16) + Columns.right("of peak", 15)
    let rows = section.rows.map { row in
      let perToken = row.tokens.map { row.secondsPerCall / Double($0) }
      // A stage of a step makes no tokens.
      let shown = row.isPart ? nil : perToken
      return Columns.left("  " + row.name, 25) + Columns.right(Columns.milliseconds(row.secondsPerCall), 12)
        + Columns.right(shown.map { Numbers.fixed(1 / $0, 1) } ?? "", 12)
        + Columns.right(perToken.map(Columns.milliseconds) ?? "", 12) + Columns.rateAndPeak(row)
    }
    return [header] + rows + (section.kind == .growth ? [steepestLine(section)] : [])
  }

  /// The largest rise of the time a token takes, from any batch to one of twice its tokens.
  private func steepestLine(_ section: BenchmarkSection) -> String {
    guard let rise = section.steepestRise else { return "  one batch: nothing to compare" }
    return "  time a token, at most, from a batch to the next: × \(Numbers.fixed(rise, 2))"
  }
}

/// How cells are written.
enum Columns {
  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// To three figures or more: "0.0123", "1.234", "123.4".
  static func milliseconds(_ seconds: Double) -> String {
    let milliseconds = seconds * 1000
    let decimals = milliseconds < 0.1 ? 4 : milliseconds < 10 ? 3 : milliseconds < 100 ? 2 : 1
    return Numbers.fixed(milliseconds, decimals)
  }

  static func percent(_ fraction: Double, _ decimals: Int) -> String {
    Numbers.fixed(fraction * 100, decimals) + " %"
  }

  /// "480.1 GFLOP/s", and "92 % fp32".
  static func rateAndPeak(_ row: BenchmarkRow) -> String {
    let rate = Numbers.fixed(row.rate / 1e9, 1) + (row.bound.isArithmetic ? " GFLOP/s" : " GB/s")
    return right(rate, 16) + right(percent(row.fractionOfPeak, 0), 8) + " " + left(row.bound.rawValue, 6)
  }
}
