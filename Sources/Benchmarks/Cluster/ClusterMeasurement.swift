import GPT2Communication
import GPT2Kernels
import GPT2TrainingCore
import GPT2Transformer

/// Measures what `ClusterModel` is made of: a process's part of an update, the links between processes, and whole updates to
/// hold the model against. All processes measure at the same time, as they would train.
package struct ClusterMeasurement {
  private let settings: BenchmarkSettings
  private let exchange: ExchangeSettings
  private let communicator: any Communicator
  private let processesPerMachine: Int
  private let observe: (String) throws -> Void

  /// Bytes of a block of values, as they travel.
  private static let blockBytes = 4 << 20
  /// Exchanges that a link is measured with, of each length, after half as many: TCP takes some to find its pace.
  private static let exchanges = 20
  /// Values that γ is measured on: more than caches hold.
  private static let memoryValues = 1 << 25

  /// - Parameters:
  ///   - exchange: How whole updates exchange gradients.
  ///   - communicator: The processes that share them.
  ///   - observing: Told before each run what is being timed; ends the measurement by throwing.
  package init(
    _ settings: BenchmarkSettings, _ exchange: ExchangeSettings, sharedBy communicator: any Communicator,
    processesPerMachine: Int, observing observe: @escaping (String) throws -> Void
  ) {
    self.settings = settings
    self.exchange = exchange
    self.communicator = communicator
    self.processesPerMachine = processesPerMachine
    self.observe = observe
  }

  private var shape: BenchmarkSettings.BatchShape {
    BenchmarkSettings.BatchShape(batchSize: settings.batchSize, sequenceLength: settings.sequenceLength)
  }

  /// - Throws: `AllocationError`; `CommunicationError`; what `observing` throws.
  package func run() throws -> ClusterFigures {
    try observe("random weights")
    let model = Model(
      try Parameters(random: settings.configuration), precision: settings.precision, on: settings.workers)
    var figures = ClusterFigures(
      processes: communicator.size, processesPerMachine: processesPerMachine,
      process: try process(model), values: settings.configuration.parameterCount ?? 0, links: try links())
    if communicator.size > 1 { figures.whole = try wholeUpdate(model, figures) }
    return figures
  }

  /// - Parameters:
  ///   - batches: Of an update, over all processes.
  ///   - shardsOptimizer: See `ClusterModel`.
  package func model(
    _ process: ClusterModel.Process, batches: Int, shardsOptimizer: Bool = false
  ) -> ClusterModel {
    ClusterModel(
      process: process,
      gradients: ReadyGradients.all(
        settings.configuration, batchSize: settings.batchSize, sequenceLength: settings.sequenceLength,
        // At most: as many as there are tokens in an update's batches, if all are different.
        lateRows: min(
          settings.configuration.paddedVocabularySize,
          batches * settings.batchSize * settings.sequenceLength)),
      batches: batches, gradientBytes: exchange.precision == .bf16 ? 2 : 4, overlaps: exchange.overlaps,
      shardsOptimizer: shardsOptimizer)
  }

  /// The medians of this process's runs; of these the largest of all processes, since all wait for the slowest.
  private func process(_ model: Model) throws -> ClusterModel.Process {
    try communicator.barrier()
    let timings = try TrainingStep(model).timings(
      shape, repetitions: settings.repetitions, observe: observe)
    let medians = [\TrainingStep.Timing.forward, \.backward, \.norm, \.update].map { stage in
      Statistics.median(timings.map { $0[keyPath: stage] })
    }
    let largest = try slowest(medians + [try secondsPerValue()])
    return ClusterModel.Process(
      forward: largest[0], backward: largest[1], norm: largest[2], update: largest[3], perValue: largest[4],
      threads: settings.workers.count)
  }

  private func slowest(_ seconds: [Double]) throws -> [Double] {
    let all = try communicator.gathered(seconds)
    return seconds.indices.map { index in
      stride(from: index, to: all.count, by: seconds.count).map { all[$0] }.max() ?? 0
    }
  }

  /// Packs one block after another of a long vector, and adds as many values to the next, as they would have come.
  private func secondsPerValue() throws -> Double {
    // Beside a backward pass it is done by one thread.
    let workers = exchange.overlaps ? Workers(count: 1, kernels: settings.workers.kernels) : settings.workers
    let count = Self.blockBytes / 4
    let memory = try FloatBuffer(zeroed: Self.memoryValues)
    let block = try FloatBuffer(zeroed: count)
    try communicator.barrier()
    let seconds = try Stopwatch(repetitions: settings.repetitions, observe: observe).median(of: "additions") {
      for start in stride(from: 0, to: memory.values.count - count, by: 2 * count) {
        let sent = UnsafeRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: memory.values[start..<start + count]))
        UnsafeMutableRawBufferPointer(block.values).copyMemory(from: sent)
        Addition.add(
          UnsafeBufferPointer(block.values),
          to: UnsafeMutableBufferPointer(rebasing: memory.values[start + count..<start + 2 * count]),
          on: workers)
      }
    }
    return withExtendedLifetime((memory, block)) { seconds / Double(memory.values.count / 2) }
  }

  /// All pairs of each step exchange at the same time, as they do in a sum.
  private func links() throws -> [NetworkLink] {
    var links: [NetworkLink] = []
    var distance = 1
    while distance < communicator.size {
      let peer = communicator.rank ^ distance
      try observe("the way to process \(peer)")
      let short = try seconds(ofExchanging: 8, with: peer)
      let long = try seconds(ofExchanging: Self.blockBytes, with: peer)
      let slowest = try slowest([short, long])
      // Long messages wait for the latency three times: see `NetworkLink.seconds`.
      links.append(
        NetworkLink(
          latency: slowest[0],
          bandwidth: Double(Self.blockBytes) / max(slowest[1] - 3 * slowest[0], slowest[1] / 10)))
      distance *= 2
    }
    return links
  }

  private func seconds(ofExchanging bytes: Int, with peer: Int) throws -> Double {
    let sent = [UInt8](repeating: 1, count: bytes)
    var received = sent
    try communicator.barrier()
    let timings = try (0..<Self.exchanges * 3 / 2).map { _ in
      try Stopwatch.seconds {
        try sent.withUnsafeBytes { sent in
          try received.withUnsafeMutableBytes {
            try communicator.exchange(sending: sent, receiving: $0, with: peer)
          }
        }
      }
    }
    return Statistics.median(timings.suffix(Self.exchanges))
  }

  /// Updates of a batch a process, by the trainer itself.
  private func wholeUpdate(
    _ model: Model, _ figures: ClusterFigures
  ) throws -> ClusterFigures.WholeUpdate {
    let processes = communicator.size
    let plan = TrainingPlan(
      batchSize: shape.batchSize, sequenceLength: shape.sequenceLength, accumulation: processes,
      replicas: processes, exchange: exchange, steps: settings.repetitions + 1,
      learningRate: LearningRateSchedule(
        shape: .constant, peak: 1e-4, warmUpSteps: 0, steps: settings.repetitions + 1, finalFraction: 1),
      optimizer: Optimizer.Settings(), validationInterval: nil, validationBatches: 0, sampleInterval: nil,
      sampleLength: 0, seed: 1)
    let batches = NoiseBatches(shape, vocabularySize: settings.configuration.vocabularySize)
    let trainer = try Trainer(
      model, plan: plan, data: ReplicaData(replicas: Array(repeating: batches, count: processes)),
      watchedBy: TrainingWatch(), sharedBy: communicator)
    var steps: [StepReport] = []
    try observe("updates of \(processes) processes")
    try trainer.run { event in
      try observe("updates of \(processes) processes")
      if case .step(let report) = event { steps.append(report) }
    }
    let measured = try slowest(
      [\StepReport.seconds, \.secondsWaited].map { key in
        Statistics.median(steps.dropFirst().map { $0[keyPath: key] })
      })
    return ClusterFigures.WholeUpdate(
      predicted: self.model(figures.process, batches: processes).update(over: figures.links),
      measuredSeconds: measured[0], measuredWaiting: measured[1])
  }
}
