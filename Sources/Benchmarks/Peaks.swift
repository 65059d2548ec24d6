import GPT2Kernels
import GPT2Transformer

/// The most that this machine does of anything: what every other figure is measured against.
///
/// A peak is the best of several runs, not their median: what disturbs a run can only slow it down.
package struct Peaks: Encodable, Sendable {
  package let oneThread: PeakRates
  package let allThreads: PeakRates
  /// What an empty region of two parts costs, in seconds: handing out the work, and waiting for its end.
  package let fanOutSeconds: Double

  /// All threads' peaks measured again after everything else; figures are only as steady as these.
  package var allThreadsAtEnd: PeakRates?

  /// Whether others had a share of the machine: all threads together fall far short of one thread's arithmetic,
  /// or a peak has changed by more than a sixth. Figures then hold for no machine, and may pass 100 %.
  package var areDisturbed: Bool {
    let isShared = allThreads.fp32 < 0.75 * oneThread.fp32 * Double(allThreads.threads)
    guard let end = allThreadsAtEnd else { return isShared }
    let ratios = [\PeakRates.fp32, \.read, \.update].map { end[keyPath: $0] / allThreads[keyPath: $0] }
    return isShared || ratios.contains { !(5.0 / 6...6.0 / 5).contains($0) }
  }
}

/// Peaks of a number of threads.
package struct PeakRates: Equatable, Sendable {
  package let threads: Int
  /// Operations a second, two a multiply-add, in single precision.
  package let fp32: Double
  /// The same on pairs of bfloat16; `nil` where the target has no instruction for it.
  package let bf16: Double?
  /// Bytes a second read from memory.
  package let read: Double
  /// Bytes a second read from memory and written back, each counted.
  package let update: Double

  package init(threads: Int, fp32: Double, bf16: Double?, read: Double, update: Double) {
    self.threads = threads
    self.fp32 = fp32
    self.bf16 = bf16
    self.read = read
    self.update = update
  }
}

extension PeakRates: Encodable {
  private enum CodingKeys: String, CodingKey {
    case threads, fp32, bf16, read, update
  }

  /// As synthesised, but what is not available is null rather than missing.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(threads, forKey: .threads)
    try container.encode(fp32, forKey: .fp32)
    try container.encode(bf16, forKey: .bf16)
    try container.encode(read, forKey: .read)
    try container.encode(update, forKey: .update)
  }
}

/// Measures the peaks.
struct PeakMeter {
  /// Much larger than any cache.
  let memory: FloatBuffer
  let repetitions: Int
  let observe: (String) throws -> Void

  func peaks(on workers: Workers) throws -> Peaks {
    let oneThread = try rates(on: Workers(count: 1, kernels: workers.kernels))
    let allThreads = workers.count > 1 ? try rates(on: workers) : oneThread
    return Peaks(oneThread: oneThread, allThreads: allThreads, fanOutSeconds: try fanOut(on: workers))
  }

  func rates(on workers: Workers) throws -> PeakRates {
    let name = "peaks of \(workers.count) \(workers.count == 1 ? "thread" : "threads")"
    let fp32 = try best(of: name + ": fp32") { ArithmeticPeak.run(.fp32, on: workers) }
    let bf16 =
      workers.kernels.multipliesPairs
      ? try best(of: name + ": bf16") { ArithmeticPeak.run(.bf16, on: workers) } : nil
    let bytes = Double(memory.values.count * MemoryLayout<Float>.stride)
    let read = try best(of: name + ": reading memory") {
      bytes / Stopwatch.seconds { inBands(on: workers) { ArithmeticPeak.consume(PeakLoops.read($0)) } }
    }
    let update = try best(of: name + ": updating memory") {
      2 * bytes / Stopwatch.seconds { inBands(on: workers) { PeakLoops.update($0, by: 0.99999) } }
    }
    return PeakRates(threads: workers.count, fp32: fp32, bf16: bf16, read: read, update: update)
  }

  private func best(of name: String, _ rate: () -> Double) throws -> Double {
    var best = 0.0
    for _ in 0...repetitions {
      try observe(name)
      best = max(best, rate())
    }
    return best
  }

  /// Gives each thread a band of the memory.
  private func inBands(
    on workers: Workers, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let length = (memory.values.count + workers.count - 1) / workers.count
    workers.run(over: memory.values.count, inRangesOf: length) {
      body(UnsafeMutableBufferPointer(rebasing: memory.values[$0]))
    }
  }

  /// Seconds that an empty region of two parts takes, one right after another as within a step.
  private func fanOut(on workers: Workers) throws -> Double {
    let regions = 200
    return try Stopwatch(repetitions: repetitions, observe: observe).median(of: "an empty region") {
      for _ in 0..<regions { workers.run(parts: 2) { _ in } }
    } / Double(regions)
  }
}
