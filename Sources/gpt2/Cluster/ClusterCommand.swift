import GPT2Benchmarks
import GPT2Communication
import GPT2Kernels
import GPT2Terminal
import GPT2TrainingCore

/// `gpt2 bench cluster`.
struct ClusterCommand {
  private let options: ClusterOptions
  private let settings: BenchmarkSettings
  private let asJSON: Bool

  /// Seconds without an answer after which another process counts as gone: more than a batch takes.
  private static let patience = 600

  init(_ options: ClusterOptions, _ settings: BenchmarkSettings, asJSON: Bool) {
    self.options = options
    self.settings = settings
    self.asJSON = asJSON
  }

  func run() throws {
    let processesHere = Job()?.localSize ?? 1
    try MemoryShortage.check(benchmark: settings.bytesNeeded(for: [.cluster]) * processesHere)
    try JobProcesses.sharing(patience: Self.patience) { try run($0, processesHere) }
  }

  private func run(_ processes: JobProcesses, _ processesHere: Int) throws {
    let digests = JobProcesses.digests(settings.workers.kernels)
    try processes.checkEqual(digests + [("processes on each machine", UInt64(processesHere))])
    var progress = ProgressLine()
    Interruption.watch()
    let exchange = ExchangeSettings(
      precision: options.gradientPrecision ?? .fp32, overlaps: options.overlap ?? true)
    let shardsOptimizer = options.shardOptimizer ?? false
    let measurement = ClusterMeasurement(
      settings, exchange, sharedBy: processes.communicator, processesPerMachine: processesHere
    ) { name in
      if Interruption.isAsked, processes.communicator.size == 1 {
        progress.clear()
        throw Exit.interrupted
      }
      progress.show(Progress("timing").saying(name))
    }
    let figures = try measurement.run()
    progress.clear()
    let tokensPerBatch = settings.batchSize * settings.sequenceLength
    let cluster = options.settings(figures, tokensPerBatch: tokensPerBatch)
    let model = measurement.model(
      figures.wholeMachine, batches: cluster.tokensPerUpdate / tokensPerBatch,
      shardsOptimizer: shardsOptimizer)
    let report = ClusterReport(
      figures, settings, model, cluster,
      ClusterReport.Exchange(
        gradientPrecision: exchange.precision, overlaps: exchange.overlaps, shardsOptimizer: shardsOptimizer))
    try ClusterPrinter(report).print(asJSON: asJSON)
  }
}
