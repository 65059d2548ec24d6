import GPT2Benchmarks
import GPT2Terminal

/// What `bench cluster` found: tables, or one JSON object.
struct ClusterPrinter {
  private let report: ClusterReport

  init(_ report: ClusterReport) { self.report = report }

  func print(asJSON: Bool) throws {
    if asJSON { return try JSON.print(report) }
    try Output.write((measured + whole + assumed + table + answers).joined(separator: "\n") + "\n")
  }

  private var measured: [String] {
    let (machine, settings, figures) = (report.machine, report.settings, report.figures)
    let process = figures.process
    let tokens = Double(settings.batchSize * settings.sequenceLength)
    var lines = [
      "\(machine.processor), \(figures.processes) \(figures.processes == 1 ? "process" : "processes") of "
        + "\(settings.threads) \(settings.threads == 1 ? "thread" : "threads"), kernels for \(machine.kernels)",
      "model: \(Numbers.short(Double(settings.parameters))) parameters; B=\(settings.batchSize) "
        + "T=\(settings.sequenceLength), precision \(settings.precision); medians of \(settings.repetitions) runs",
      "", "measured, of a process",
      Self.row("  a batch", process.forward + process.backward)
        + "  \(Numbers.fixed(tokens / (process.forward + process.backward), 0)) tokens/s",
      Self.row("  of that, logits, loss, backward", process.backward),
      Self.row("  norm and update", process.norm + process.update),
      "  gradients: \(Numbers.fixed(Double(figures.values) * 4e-6, 0)) MB in fp32; packing and adding "
        + "\(Numbers.fixed(4e-9 / process.perValue, 2)) GB/s",
    ]
    for (step, link) in figures.links.enumerated() {
      lines.append(
        "  to the process \(1 << step) further: \(Numbers.fixed(link.latency * 1e6, 1)) µs, "
          + "\(Numbers.fixed(link.bandwidth * 1e-9, 3)) GB/s each way")
    }
    if !machine.isOptimised {
      lines.insert("a debug build: these figures mean nothing; build with -c release", at: 0)
    }
    return lines
  }

  private var whole: [String] {
    guard let whole = report.figures.whole else { return [] }
    return [
      "", "an update of a batch a process",
      Self.row("  computed from these", whole.predictedSeconds)
        + "  of that waiting \(Numbers.fixed(whole.predicted.waiting * 1000, 1)) ms",
      Self.row("  measured", whole.measuredSeconds)
        + "  of that waiting \(Numbers.fixed(whole.measuredWaiting * 1000, 1)) ms",
      "  computed / measured: \(Numbers.fixed(whole.predictedSeconds / whole.measuredSeconds, 2))",
    ]
  }

  private var assumed: [String] {
    let (cluster, exchange) = (report.cluster, report.exchange)
    let local = cluster.processesPerMachine
    return [
      "", "assumed",
      "  machines \(Numbers.fixed(cluster.speed, 2)) times as fast as this one, "
        + "\(local) \(local == 1 ? "process" : "processes") on each",
      "  network: \(Numbers.fixed(cluster.network.latency * 1e6, 1)) µs, "
        + "\(Numbers.fixed(cluster.network.bandwidth * 8e-9, 3)) Gbit/s each way",
      "  gradients in \(exchange.gradientPrecision), exchanged "
        + (exchange.overlaps ? "beside the last backward pass" : "after the last backward pass")
        + "; the optimizer's state "
        + (exchange.shardsOptimizer ? "shared by all processes" : "whole in each process"),
      "  \(cluster.tokensPerUpdate) tokens an update, \(Numbers.short(cluster.tokens)) in all"
        + (cluster.price.map { "; \(Numbers.fixed($0, 2)) for a machine and hour" } ?? ""),
      "",
    ]
  }

  private var table: [String] {
    let names = [
      "update s", "compute s", "wait s", "optim. s", "waiting", "sent MB", "tokens/s", "days", "cost",
    ]
    let header = Self.left("  machines", 12) + names.map { Self.right($0, 11) }.joined()
    return [header]
      + report.plans.map { plan in
        let update = plan.update
        let cells = [
          Numbers.fixed(plan.secondsPerUpdate, 2), Numbers.fixed(update.computing, 2),
          Numbers.fixed(update.waiting, 2), Numbers.fixed(update.optimizing, 2),
          Numbers.fixed(plan.waitingShare * 100, 1) + " %", Numbers.fixed(update.bytesSent * 1e-6, 0),
          Numbers.fixed(plan.tokensPerSecond, 0), Numbers.fixed(plan.days, 2),
          plan.cost.map { Numbers.fixed($0, 0) } ?? "-",
        ]
        return Self.left("  \(plan.machines)", 12) + cells.map { Self.right($0, 11) }.joined()
      }
  }

  private var answers: [String] {
    [("a week", report.week), ("a day", report.day)].map { time, plan in
      guard let plan else {
        return
          "within \(time): no number of machines that can share the batches of an update; with a smaller "
          + "--batch-size more can"
      }
      let words = plan.machines == 1 ? "1 machine" : "\(plan.machines) machines"
      return "within \(time): \(words), \(Numbers.fixed(plan.days, 2)) days"
    }
  }

  /// "  name     123.4 ms"
  private static func row(_ name: String, _ seconds: Double) -> String {
    left(name, 34) + right(Numbers.fixed(seconds * 1000, 1), 10) + " ms"
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
