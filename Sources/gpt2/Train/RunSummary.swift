import Platform
import Terminal
import Training

/// What a run was like as a whole, for its last line.
struct RunSummary {
  private var seconds: [Double] = []
  private var last: StepReport?

  mutating func add(_ report: StepReport) {
    seconds.append(report.seconds)
    last = report
  }

  /// "median of 19 steps: 931 ms, 275 tokens/s, 205 GFLOP/s; peak memory 2.3 GiB"; `nil` before the first step.
  ///
  /// The first step, which touches all memory for the first time, is left out where there are others.
  var line: String? {
    guard let last else { return nil }
    let counted = (seconds.count > 1 ? seconds[1...] : seconds[...]).sorted()
    let median = counted[counted.count / 2]
    // Every step does the same work, so the last one's speed tells the median one's.
    let relativeSpeed = last.seconds / median
    return "median of \(counted.count) steps: \(Numbers.fixed(median * 1000, 0)) ms"
      + ", \(Numbers.fixed(last.tokensPerSecond * relativeSpeed, 0)) tokens/s"
      + ", \(Numbers.fixed(last.gigaflops * relativeSpeed, 0)) GFLOP/s"
      + "; peak memory \(Numbers.bytes(System.peakMemory))"
  }
}
