import GPT2Platform
import Synchronization

/// Threads that help a caller with the parts of its job.
///
/// Waking one of Dispatch's threads takes some 25 µs, as long as many a region. So a helper that finds no part
/// left looks out for the next job for a while, and gives its thread back to Dispatch only when none comes:
/// during a training step the helpers stay awake, and an idle process has none.
///
/// Microseconds a region on two cores (Zen 5, a virtual machine), with `concurrentPerform` and with this:
///
///     2 empty parts, one after another or 1 ms apart    0.20 and 5     0.09 and 2
///     2 parts of 44 µs, one after another                 66 to 93            44
///     16 parts of 20 µs, one after another              207 to 244    162 to 168
///
/// What makes it safe is one rule: **a claimed part holds the job until it is counted as done**. A claim takes 1
/// off `unclaimed` and is good if that was above 0; whoever claims parts counts them in `completed` when there
/// are no more; the job's owner leaves when all are counted. So nobody looks at a job but who holds it in place,
/// and the owner, who claims parts too, waits only for parts that others are at work on: never for a helper that
/// is yet to start.
///
/// Memory order: the owner's release of `unclaimed` is acquired by every claim, for the claims before it are
/// read-modify-writes and continue its release sequence; so the job is seen whole. Each release of
/// `completed` is likewise acquired by the owner, so that it sees what the parts wrote and the helpers are done
/// with the job. An owner's release of `job` is acquired by the next.
final class Crew: Sendable {
  struct Job {
    let parts: Int
    let body: (_ part: Int) -> Void
  }

  /// How many threads may help at once.
  private let helpers: Int
  /// So many as the system starts, once that is known; below 0 before the first job.
  private let available = Atomic<Int>(-1)
  /// The helpers that are awake or that Dispatch is about to start.
  let enlisted = Atomic<Int>(0)
  /// Who puts a job here owns the crew until it takes it away. In its owner's frame, and not to be read but by
  /// who claimed a part; hence not Sendable.
  nonisolated(unsafe) private let job = Atomic<UnsafePointer<Job>?>(nil)
  /// The job's last parts, which nobody has claimed; none if 0 or less.
  private let unclaimed = Atomic<Int>(0)
  private let completed = Atomic<Int>(0)

  /// How long a helper looks out for the next job, in nanoseconds: some times what it takes to wake one.
  private static let patience: UInt64 = 200_000

  /// - Parameter available: Threads that the system starts; asked for at the first job if `nil`.
  init(helpers: Int, available: Int? = nil) {
    self.helpers = helpers
    if let available { self.available.store(available, ordering: .relaxed) }
  }

  /// Returns when all parts are done; or at once, with `false`, if the crew is at another job.
  func perform(_ job: Job) -> Bool {
    withUnsafePointer(to: job) { pointer in
      let (isOurs, _) = self.job.compareExchange(expected: nil, desired: pointer, ordering: .acquiring)
      guard isOurs else { return false }
      completed.store(0, ordering: .relaxed)
      unclaimed.store(job.parts, ordering: .releasing)
      enlist(min(helpers, job.parts - 1))
      performParts()
      Spinning.wait { completed.load(ordering: .acquiring) == job.parts }
      self.job.store(nil, ordering: .releasing)
      return true
    }
  }

  /// Starts helpers until there are `count`. Only the crew's owner adds to them. One that is about to leave
  /// counts too: then this job goes without it.
  private func enlist(_ count: Int) {
    if available.load(ordering: .relaxed) < 0 {
      available.store(SpareThreads.count(upTo: helpers), ordering: .relaxed)
    }
    let missing = min(count, available.load(ordering: .relaxed)) - enlisted.load(ordering: .relaxed)
    guard missing > 0 else { return }
    enlisted.add(missing, ordering: .relaxed)
    // A helper holds the crew, so that the crew may be let go at any time.
    for _ in 0..<missing { Workers.startThread { self.help() } }
  }

  private func help() {
    repeat {
      performParts()
    } while Spinning.wait(atMost: Self.patience) { unclaimed.load(ordering: .relaxed) > 0 }
    enlisted.subtract(1, ordering: .relaxed)
  }

  private func performParts() {
    var count = 0
    while performPart() { count += 1 }
    if count > 0 { completed.add(count, ordering: .releasing) }
  }

  /// Never inlined: what it retains of the job it releases before it returns, and so before the part is counted.
  @inline(never)
  private func performPart() -> Bool {
    let left = unclaimed.subtract(1, ordering: .acquiring).oldValue
    guard left > 0, let job = job.load(ordering: .relaxed) else { return false }
    job.pointee.body(job.pointee.parts - left)
    return true
  }
}
