import Kernels

/// How many operations a second the processor can do at most, all threads together.
public enum ArithmeticPeak {
  /// How long a run takes: long enough that the clock speed settles.
  private static let runSeconds = 0.03
  /// Rounds between looks at the clock: some microseconds.
  private static let roundsPerLook = 4096

  /// The best of two runs, in operations a second, two a multiply-add; in bf16 where the target has an instruction
  /// for it, else in single precision.
  public static func measure(_ precision: Precision, on workers: Workers) -> Double {
    let run = precision == .bf16 && PeakLoops.hasBF16 ? bf16 : fp32
    return max(run(workers), run(workers))
  }

  static func fp32(on workers: Workers) -> Double {
    operations(on: workers, perRound: PeakLoops.operationsPerRound) {
      PeakLoops.multiplyAdd(rounds: roundsPerLook, x: 0.999, y: 0.5)
    }
  }

  static func bf16(on workers: Workers) -> Double {
    operations(on: workers, perRound: PeakLoops.bf16OperationsPerRound) {
      PeakLoops.addBF16Products(rounds: roundsPerLook, x: 0.5, y: 0.25)
    }
  }

  /// Operations a second of all threads together, each of which calls `loop` again and again for a while.
  private static func operations(on workers: Workers, perRound: Double, _ loop: () -> Float) -> Double {
    var counts = [Int](repeating: 0, count: workers.count)
    let seconds = counts.withUnsafeMutableBufferPointer { counts in
      Stopwatch.seconds {
        workers.run(parts: workers.count) { part in
          let end = ContinuousClock.now + .seconds(runSeconds)
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
    return Double(counts.reduce(0, +) * roundsPerLook) * perRound / seconds
  }

  /// A use of a loop's result that no compiler can do without.
  static func consume(_ result: Float) {
    precondition(result.isFinite, "the loop left the finite numbers")
  }
}
