import Kernels
import Transformer

/// The most that this machine does of anything: what every other figure is measured against.
///
/// A peak is the best of several runs, not their median: what disturbs a run can only slow it down.
public struct Peaks: Encodable, Sendable {
  public let oneThread: PeakRates
  public let allThreads: PeakRates
  /// What an empty region of two parts costs, in seconds: handing out the work, and waiting for its end.
  public let fanOutSeconds: Double

  /// Whether all threads together fall so far short of one thread's arithmetic that other programs must have had
  /// a share of the processors.
  public var areDisturbed: Bool {
    allThreads.fp32 < 0.75 * oneThread.fp32 * Double(allThreads.threads)
  }
}

/// Peaks of a number of threads.
public struct PeakRates: Equatable, Sendable {
  public let threads: Int
  /// Operations a second, two a multiply-add, in single precision.
  public let fp32: Double
  /// The same on pairs of bfloat16; `nil` where the target has no instruction for it.
  public let bf16: Double?
  /// Bytes a second read from memory.
  public let read: Double
  /// Bytes a second read from memory and written back, each counted.
  public let update: Double

  public init(threads: Int, fp32: Double, bf16: Double?, read: Double, update: Double) {
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
  public func encode(to encoder: any Encoder) throws {
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

  /// How long a run of arithmetic takes: long enough that the clock speed settles.
  private static let runSeconds = 0.03
  /// Rounds between looks at the clock: some microseconds.
  private static let roundsPerLook = 4096

  func peaks(on workers: Workers) throws -> Peaks {
    let oneThread = try rates(on: Workers(count: 1))
    let allThreads = workers.count > 1 ? try rates(on: workers) : oneThread
    return Peaks(oneThread: oneThread, allThreads: allThreads, fanOutSeconds: try fanOut(on: workers))
  }

  private func rates(on workers: Workers) throws -> PeakRates {
    let name = "peaks of \(workers.count) \(workers.count == 1 ? "thread" : "threads")"
    let fp32 = try best(of: name + ": fp32") {
      arithmetic(on: workers, operationsPerRound: PeakLoops.operationsPerRound) {
        PeakLoops.multiplyAdd(rounds: Self.roundsPerLook, x: 0.999, y: 0.5)
      }
    }
    let bf16 =
      PeakLoops.hasBF16
      ? try best(of: name + ": bf16") {
        arithmetic(on: workers, operationsPerRound: PeakLoops.bf16OperationsPerRound) {
          PeakLoops.addBF16Products(rounds: Self.roundsPerLook, x: 0.5, y: 0.25)
        }
      } : nil
    let bytes = Double(memory.values.count * MemoryLayout<Float>.stride)
    let read = try best(of: name + ": reading memory") {
      bytes / Stopwatch.seconds { inBands(on: workers) { consume(PeakLoops.read($0)) } }
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

  /// Operations a second of all threads together, each of which calls `loop` again and again for a while.
  private func arithmetic(
    on workers: Workers, operationsPerRound: Double, _ loop: () -> Float
  ) -> Double {
    var counts = [Int](repeating: 0, count: workers.count)
    let seconds = counts.withUnsafeMutableBufferPointer { counts in
      Stopwatch.seconds {
        workers.run(parts: workers.count) { part in
          let end = ContinuousClock.now + .seconds(Self.runSeconds)
          var (count, sum) = (0, Float(0))
          repeat {
            sum += loop()
            count += 1
          } while ContinuousClock.now < end
          consume(sum)
          counts[part] = count
        }
      }
    }
    return Double(counts.reduce(0, +) * Self.roundsPerLook) * operationsPerRound / seconds
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

  /// A use of a loop's result that no compiler can do without.
  private func consume(_ result: Float) {
    precondition(result.isFinite, "the loop left the finite numbers")
  }
}
