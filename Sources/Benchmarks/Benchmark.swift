import GPT2Generation
import GPT2Kernels
import GPT2Transformer
import GPT2WeightFormats

/// Measures the machine's peaks, and then how near to them the model comes.
///
/// Each operation is timed alone, as the median of several runs after one that is not counted. A run makes a
/// call for each layer, with that layer's own weights and kept activations, after the caches were emptied: the
/// same call again and again would find everything in the last cache, which no step does.
package struct Benchmark {
  let settings: BenchmarkSettings
  let observe: (String) throws -> Void
  var configuration: Configuration { settings.configuration }
  var workers: Workers { settings.workers }
  var stopwatch: Stopwatch { Stopwatch(repetitions: settings.repetitions, observe: observe) }

  /// - Parameter observing: Told before each run what is being timed; ends the benchmark by throwing.
  package init(_ settings: BenchmarkSettings, observing observe: @escaping (String) throws -> Void) {
    self.settings = settings
    self.observe = observe
  }

  /// - Throws: `AllocationError`; what `observing` throws.
  package func run(_ parts: Set<BenchmarkPart>) throws -> BenchmarkReport {
    let memory = try FloatBuffer(zeroed: settings.memoryValues)
    Noise.fill(memory.values, on: workers)
    let meter = PeakMeter(memory: memory, repetitions: settings.repetitions, observe: observe)
    var report = BenchmarkReport(
      machine: Machine(settings.precision, workers.kernels),
      settings: BenchmarkReport.SettingsRecord(settings),
      peaks: try meter.peaks(on: workers))
    let peaks = report.peaks.allThreads
    if parts.contains(.ops) { report.sections += try operations(peaks, memory) }
    if !parts.isDisjoint(with: [.train, .prefill, .decode, .growth]) {
      try observe("random weights")
      let model = Model(try Parameters(random: configuration), precision: settings.precision, on: workers)
      let step = parts.isDisjoint(with: [.train, .growth]) ? nil : try TrainingStep(model)
      if let step, parts.contains(.train) { report.sections.append(try train(step, peaks)) }
      if !parts.isDisjoint(with: [.prefill, .decode]) {
        let language = try languageModel(over: model)
        if parts.contains(.prefill) { report.sections.append(try prefill(language, peaks)) }
        if parts.contains(.decode) { report.sections.append(try decode(language, peaks)) }
      }
      if let step, parts.contains(.growth) { report.sections.append(try growth(step, peaks)) }
    }
    if parts.contains(.scaling) { report.sections.append(try scaling(memory)) }
    report.peaks.allThreadsAtEnd = try meter.rates(on: workers)
    report.holdAgainstBestPeaks()
    return report
  }

  func languageModel(over model: Model) throws -> LanguageModel {
    let format = settings.weightFormat
    guard format != .fp32 else { return try LanguageModel(model) }
    try observe("weights in \(format.rawValue)")
    return try LanguageModel(try Weights(model.parameters).encoded(as: format, on: workers), on: workers)
  }

  private func operations(_ peaks: PeakRates, _ memory: FloatBuffer) throws -> [BenchmarkSection] {
    let (B, T, P) = (settings.batchSize, settings.sequenceLength, settings.promptLength)
    return [
      try operations(
        .trainingOperations, "a training step's operations, B=\(B) T=\(T)", B, T, .training, peaks, memory),
      try operations(.prefillOperations, "a prompt's, T=\(P)", 1, P, .prefill, peaks, memory),
      try operations(
        .decodingOperations, "a single token's, without attention", 1, 1, .decoding, peaks, memory),
    ]
  }

  private func operations(
    _ kind: BenchmarkSection.Kind, _ title: String, _ batchSize: Int, _ sequenceLength: Int,
    _ purpose: OperationList.Purpose, _ peaks: PeakRates, _ memory: FloatBuffer
  ) throws -> BenchmarkSection {
    let list = OperationList(
      configuration: configuration, batchSize: batchSize, sequenceLength: sequenceLength, purpose: purpose,
      precision: settings.precision, workers: workers)
    let rows = try list.operations.map { operation in
      let copies = operation.copies
      let call = try operation.prepare(copies)
      let seconds = try stopwatch.median(
        of: "\(operation.name), \(operation.pass.drop { $0 == " " })",
        prepare: { emptyCaches(by: memory) }
      ) {
        for copy in 0..<copies { call(copy) }
      }
      return BenchmarkRow(
        operation.name, pass: operation.pass, seconds: seconds / Double(copies), calls: operation.calls,
        work: operation.work, peaks: peaks, precision: settings.precision, isPart: operation.isPart)
    }
    return BenchmarkSection(kind: kind, title: title, rows: rows)
  }

  /// Reads other memory than what is measured, on the threads that measure.
  private func emptyCaches(by memory: FloatBuffer) {
    workers.run(over: memory.values.count, inRangesOf: 1 << 20) {
      let sum = PeakLoops.read(UnsafeMutableBufferPointer(rebasing: memory.values[$0]))
      precondition(sum.isFinite, "the memory holds finite numbers")
    }
  }
}
