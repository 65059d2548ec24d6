import GPT2Platform
import GPT2Terminal
import GPT2TrainingCore

/// What a run was like as a whole, for its last line.
struct RunSummary {
  /// What is told of a step.
  private struct Step {
    let seconds, tokensPerSecond, gigaflops: Double
  }

  private var steps: [Step] = []

  mutating func add(_ report: StepReport) {
    steps.append(
      Step(
        seconds: report.seconds, tokensPerSecond: report.tokensPerSecond, gigaflops: report.gigaflops))
  }

  /// "median of 19 steps: 931 ms, 275 tokens/s, 205 GFLOP/s; peak memory 2.3 GiB"; `nil` before the first step.
  ///
  /// The first step, which touches all memory for the first time, is left out where there are others.
  var line: String? {
    guard !steps.isEmpty else { return nil }
    let counted = (steps.count > 1 ? steps[1...] : steps[...]).sorted { $0.seconds < $1.seconds }
    let median = counted[counted.count / 2]
    return "median of \(counted.count) steps: \(Numbers.fixed(median.seconds * 1000, 0)) ms"
      + ", \(Numbers.fixed(median.tokensPerSecond, 0)) tokens/s"
      + ", \(Numbers.fixed(median.gigaflops, 0)) GFLOP/s"
      + "; peak memory \(Numbers.bytes(System.peakMemory))"
  }
}
