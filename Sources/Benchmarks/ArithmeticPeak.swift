import GPT2Kernels

/// How many operations a second the processor can do at most, all threads together.
package enum ArithmeticPeak {
  /// How long a run takes: long enough that the clock speed settles.
  private static let runSeconds = 0.03
  /// Rounds between looks at the clock: some microseconds.
  private static let roundsPerLook = 4096

  /// Runs, of which the best counts: what disturbs one can only slow it down.
  private static let runs = 5

  /// The best of some runs, in operations a second, two a multiply-add, of the loop that the workers' kernels multiply
  /// with: in bf16 that is fp32's where bfloat16 is widened.
  package static func measure(_ precision: Precision, on workers: Workers) -> Double {
    (0..<runs).reduce(0) { best, _ in max(best, run(precision, on: workers)) }
  }

  static func run(_ precision: Precision, on workers: Workers) -> Double {
    let loop = workers.kernels.peakLoop(of: precision)
    return operations(on: workers, perRound: Double(loop.operationsPerRound)) {
      loop.run(roundsPerLook, 0.5, 0.25)
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
