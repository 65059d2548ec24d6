import ArgumentParser
import Kernels

struct ThreadOptions: ParsableArguments {
  @Option(
    help: "Threads to work on; as many as the process may use if not given. The results are the same bits.")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected a number from 1 to 1024.")
    }
  }

  /// No more threads than processors: more would only take turns.
  var workers: Workers {
    Workers(count: threads.map { min($0, Workers.activeProcessorCount) })
  }
}

struct PrecisionOptions: ParsableArguments {
  @Option(
    help: """
      What the inputs of matrix products are rounded to; bf16 is faster, everything else stays fp32.
      """)
  var precision: Precision = .fp32
}

extension Precision: ExpressibleByArgument {}

extension Int {
  /// - Throws: `ValidationError` naming the option if the number is below `minimum`.
  func check(_ option: String, atLeast minimum: Int) throws {
    guard self >= minimum else {
      throw ValidationError("\(option) is \(self), expected a whole number of at least \(minimum).")
    }
  }
}

extension Float {
  /// - Throws: `ValidationError` naming the option if the number is not finite or below `minimum`.
  func check(_ option: String, atLeast minimum: Float) throws {
    guard isFinite, self >= minimum else {
      throw ValidationError("\(option) is \(self), expected a number of at least \(minimum).")
    }
  }
}
