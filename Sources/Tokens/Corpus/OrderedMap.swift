import GPT2BinaryFiles
import Dispatch
import GPT2Platform
import Synchronization

/// Transforms values on several threads. Results come in the order of the values, and only a few values are
/// held at a time, so that what is made of a stream neither depends on the threads nor fills the memory.
struct OrderedMap<Input: Sendable, Output: Sendable>: Sendable {
  /// How many threads transform; the calling one takes and gives.
  let threads: Int
  let transform: @Sendable (Input) -> Output

  /// A result that a thread is at work on.
  private final class Slot: Sendable {
    private let output = Mutex<Output?>(nil)
    private let isFilled = DispatchSemaphore(value: 0)

    func fill(with output: Output) {
      self.output.withLock { $0 = output }
      isFilled.signal()
    }

    /// The result, if it is there.
    func takeIfFilled() -> Output? {
      guard isFilled.wait(timeout: .now()) == .success else { return nil }
      return output.withLock { $0 }
    }

    /// The result, or `nil` if interrupted while waiting for it.
    func take(isInterrupted: () -> Bool) -> Output? {
      while isFilled.wait(timeout: .now() + .milliseconds(100)) == .timedOut {
        if isInterrupted() { return nil }
      }
      return output.withLock { $0 }
    }
  }

  /// Takes values from `next` until it returns `nil`, and gives their results to `consume`; both are called on
  /// this thread.
  ///
  /// - Returns: Whether it came to the end; `false` if interrupted.
  /// - Throws: What `next` and `consume` throw. Results that are under way are dropped then.
  func run(
    isInterrupted: () -> Bool, next: () throws(FileError) -> Input?,
    consume: (Output) throws(FileError) -> Void
  ) throws(FileError) -> Bool {
    // Each thread takes every so-manieth value: no more than `threads` are ever at work.
    let threads = SpareThreads.count(upTo: threads)
    let queues = (0..<threads).map { DispatchQueue(label: "OrderedMap.\($0)") }
    var slots: [Slot] = []
    var started = 0
    var isAtEnd = false
    while true {
      if isInterrupted() { return false }
      // A result that is there already: the next value may be long in coming.
      if let output = slots.first?.takeIfFilled() {
        slots.removeFirst()
        try consume(output)
        continue
      }
      // One value for each thread, and one that waits for it.
      if !isAtEnd, slots.count < max(1, 2 * threads) {
        guard let input = try next() else {
          isAtEnd = true
          continue
        }
        let slot = Slot()
        if threads == 0 {
          slot.fill(with: transform(input))
        } else {
          queues[started % threads].async { slot.fill(with: transform(input)) }
        }
        slots.append(slot)
        started += 1
        continue
      }
      guard let first = slots.first else { return true }
      guard let output = first.take(isInterrupted: isInterrupted) else { return false }
      slots.removeFirst()
      try consume(output)
    }
  }
}
