import Dispatch

/// The thread fan-out: the only file that imports Dispatch.
///
/// No value depends on how work is cut into parts, and no part's result on another's: results are the same bits at
/// 1, 2 or 16 threads. Only products ask for the number of threads when they cut (`ProductCut`).
///
/// Copies share their threads and their scratch memory, which go with the last of them.
package struct Workers: Sendable {
  /// How many threads may work at once.
  package let count: Int
  /// What they compute with.
  package let kernels: KernelSet

  private let crew: Crew
  private let scratch = ScratchPool()

  /// - Parameters:
  ///   - count: At least 1; as many as the process may use at once if not given.
  ///   - kernels: The set that the environment asks for, if it is one; else the fastest.
  package init(count: Int? = nil, kernels: KernelSet = .preferred) {
    self.kernels = kernels
    self.count = max(1, count ?? Self.activeProcessorCount)
    crew = Crew(helpers: self.count - 1)
  }

  /// The processors that this process may use at once: see `ActiveProcessors`.
  package static var activeProcessorCount: Int { ActiveProcessors.count }

  /// All that run, whether this process may use them or not.
  package static var runningProcessorCount: Int { ActiveProcessors.running }

  /// Calls `body` once for each part in `0..<parts`, on up to `count` threads, and returns when all are done.
  ///
  /// Parts are handed out in order as threads become free. Several threads may call this at once, and a part
  /// may: while one call has the helpers, the others work on their own threads alone.
  package func run(parts: Int, _ body: (_ part: Int) -> Void) {
    if min(count, parts) > 1 {
      let isDone = withoutActuallyEscaping(body) { crew.perform(Crew.Job(parts: parts, body: $0)) }
      if isDone { return }
    }
    for part in 0..<parts { body(part) }
  }

  /// Cuts `0..<count` into ranges of `length` (the last may be shorter) and calls `body` with each.
  package func run(over count: Int, inRangesOf length: Int, _ body: (_ range: Range<Int>) -> Void) {
    let length = max(1, length)
    run(parts: (count + length - 1) / length) { part in
      body(part * length..<min(count, (part + 1) * length))
    }
  }

  /// Calls `body` with memory for `count` values, on a page boundary and not initialised: NaN in debug builds.
  ///
  /// The memory is `body`'s alone until it returns. Parts may call this, and callers around regions.
  package func withScratch<Result, Failure: Error>(
    _ count: Int, _ body: (_ values: UnsafeMutablePointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try scratch.withValues(count, body)
  }

  /// Calls `body` on one of Dispatch's threads, once one is free.
  static func startThread(_ body: @escaping @Sendable () -> Void) {
    DispatchQueue.global(qos: .userInitiated).async(execute: body)
  }
}
