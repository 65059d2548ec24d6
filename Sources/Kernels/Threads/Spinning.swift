import CGPT2Kernels
import GPT2Platform

/// Waiting for another thread without going to sleep.
enum Spinning {
  /// Looks between two looks at the clock.
  private static let looks = 64
  /// After so many nanoseconds other threads get the processor between looks: if there are more threads than
  /// processors, one may be what this one waits for.
  private static let selfishTime: UInt64 = 10_000

  /// Returns whether the condition came true within so many nanoseconds.
  @discardableResult
  @inline(__always)
  static func wait(atMost limit: UInt64 = .max, until isTrue: () -> Bool) -> Bool {
    if isTrue() { return true }
    let start = nanoseconds
    while true {
      for _ in 0..<looks {
        ck_pause()
        if isTrue() { return true }
      }
      let elapsed = nanoseconds - start
      if elapsed > limit { return false }
      if elapsed > selfishTime { sched_yield() }
    }
  }

  private static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
