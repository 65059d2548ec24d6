import GPT2Generation
import GPT2Kernels
import GPT2Transformer

// The same work on ever more threads.
extension Benchmark {
  /// A training step, a prompt and a token on 1, 2, 4, … threads, each held against the peaks of as many.
  func scaling(_ memory: FloatBuffer) throws -> BenchmarkSection {
    try observe("random weights")
    let parameters = try Parameters(random: configuration)
    let rows = try Self.threadCounts(upTo: workers.count).flatMap { threads in
      try onThreads(threads, parameters, memory)
    }
    return BenchmarkSection(kind: .scaling, title: "as threads are added", rows: rows)
  }

  /// Powers of two, and the most there are.
  static func threadCounts(upTo most: Int) -> [Int] {
    var counts: [Int] = []
    for count in sequence(first: 1, next: { $0 * 2 }).prefix(while: { $0 < most }) { counts.append(count) }
    return counts + [most]
  }

  private func onThreads(
    _ threads: Int, _ parameters: Parameters, _ memory: FloatBuffer
  ) throws -> [BenchmarkRow] {
    var settings = settings
    settings.workers = Workers(count: threads, kernels: workers.kernels)
    let part = Benchmark(settings, observing: observe)
    let peaks = try PeakMeter(memory: memory, repetitions: settings.repetitions, observe: observe)
      .rates(on: settings.workers)
    let model = Model(parameters, precision: settings.precision, on: settings.workers)
    let language = try part.languageModel(over: model)
    let sections = [
      try part.train(try TrainingStep(model), peaks), try part.prefill(language, peaks),
      try part.decode(language, peaks),
    ]
    let rows = sections.flatMap(\.rows).filter { !$0.isPart }
    // A row above the peak shows that something else had the processor while that was measured.
    let excess = max(1, rows.filter(\.bound.isArithmetic).map(\.fractionOfPeak).max() ?? 1)
    return rows.map { row in
      row.scaled(by: row.bound.isArithmetic ? 1 / excess : 1)
        .named("\(threads) \(threads == 1 ? "thread" : "threads"): \(row.name)")
    }
  }
}
