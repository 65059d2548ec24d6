import ArgumentParser
import GPT2Communication
import GPT2Kernels

package struct ThreadOptions: ParsableArguments, Sendable {
  @Option(
    help: "Threads to work on; as many as the process may use if not given. The results are the same bits.")
  package var threads: Int?

  package init() {}

  package func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads), expected a number from 1 to 1024.")
    }
  }

  /// No more threads than processors: more would only take turns. Processes of a job that the launcher did not bind to
  /// processors share them.
  package var workers: Workers {
    let processors = Workers.activeProcessorCount
    if let threads { return Workers(count: min(threads, processors)) }
    guard let job = Job(), processors == Workers.runningProcessorCount else {
      return Workers(count: processors)
    }
    return Workers(count: max(1, processors / job.localSize))
  }
}

/// Bounds of options.
extension Int {
  /// - Throws: `ValidationError` naming the option if the number is below `minimum`.
  package func check(_ option: String, atLeast minimum: Int) throws {
    guard self >= minimum else {
      throw ValidationError("\(option) is \(self), expected a whole number of at least \(minimum).")
    }
  }

  /// - Throws: `ValidationError` naming the option if the number is outside that range.
  package func check(_ option: String, from minimum: Int, to maximum: Int) throws {
    guard (minimum...maximum).contains(self) else {
      throw ValidationError("\(option) is \(self), expected a whole number from \(minimum) to \(maximum).")
    }
  }
}

extension Comparable {
  /// - Throws: `ValidationError` naming the option if the value is outside that range.
  package func check(_ option: String, in range: ClosedRange<Self>) throws {
    guard range.contains(self) else {
      throw ValidationError("\(option) is \(self), expected \(range.lowerBound) to \(range.upperBound).")
    }
  }
}

extension Float {
  /// - Throws: `ValidationError` naming the option if the number is not finite or below `minimum`.
  package func check(_ option: String, atLeast minimum: Float) throws {
    guard isFinite, self >= minimum else {
      throw ValidationError("\(option) is \(self), expected a number of at least \(minimum).")
    }
  }
}
