import Dispatch
import Synchronization

/// The thread fan-out: the only file that imports Dispatch.
///
/// Work is cut into parts by the size of the problem, never by the number of threads, and a part's result
/// never depends on another's: results are the same bits at 1, 2 or 16 threads.
public struct Workers: Sendable {
  /// How many threads may work at once.
  public let count: Int

  /// - Parameter count: At least 1; the number of active processors if not given.
  public init(count: Int? = nil) {
    self.count = max(1, count ?? Self.activeProcessorCount)
  }

  /// The number of the machine's processors that are online; a process may be confined to fewer.
  public static var activeProcessorCount: Int { ActiveProcessors.count }

  /// Calls `body` once for each part in `0..<parts`, on up to `count` threads, and returns when all are done.
  ///
  /// Parts are handed out in order as threads become free.
  public func run(parts: Int, _ body: (_ part: Int) -> Void) {
    let threads = min(count, parts)
    guard threads > 1 else {
      for part in 0..<parts { body(part) }
      return
    }
    let next = Atomic<Int>(0)
    withoutActuallyEscaping(body) { escapable in
      // Not Sendable because it captures pointers; the parts it is called with touch disjoint memory.
      nonisolated(unsafe) let body = escapable
      DispatchQueue.concurrentPerform(iterations: threads) { _ in
        while true {
          let part = next.add(1, ordering: .relaxed).oldValue
          guard part < parts else { return }
          body(part)
        }
      }
    }
  }

  /// Cuts `0..<count` into ranges of `length` (the last may be shorter) and calls `body` with each.
  public func run(over count: Int, inRangesOf length: Int, _ body: (_ range: Range<Int>) -> Void) {
    let length = max(1, length)
    run(parts: (count + length - 1) / length) { part in
      body(part * length..<min(count, (part + 1) * length))
    }
  }
}
