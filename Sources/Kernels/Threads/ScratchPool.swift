import GPT2Platform
import Synchronization

/// Memory for what lives no longer than a call.
///
/// It stays with the pool from call to call: the system hands out zeroed pages one by one at their first touch,
/// which can cost more than the work on them.
final class ScratchPool: Sendable {
  /// From the smallest to the largest; of equals the last used, whose values may be in the cache, first.
  private let free = Mutex<[ScratchBuffer]>([])

  func withValues<Result, Failure: Error>(
    _ count: Int, _ body: (_ values: UnsafeMutablePointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(count >= 0, "negative count")
    let byteCount = count * MemoryLayout<Float>.stride
    let buffer = take(byteCount) ?? ScratchBuffer(atLeast: byteCount)
    defer { putBack(buffer) }
    #if DEBUG
      // Each value NaN, so that it shows if one is read that was not written.
      memset(buffer.start, 0xFF, byteCount)
    #endif
    return try body(buffer.start.bindMemory(to: Float.self, capacity: count))
  }

  /// The smallest buffer that is large enough.
  ///
  /// If none is, a new one is to take the place of the smallest: so there are never more of them than were in
  /// use at once.
  private func take(_ byteCount: Int) -> ScratchBuffer? {
    // Held until the lock is open again, because freeing takes long.
    let (found, _) = free.withLock { free -> (ScratchBuffer?, outgrown: ScratchBuffer?) in
      if let index = free.firstIndex(where: { $0.byteCount >= byteCount }) {
        return (free.remove(at: index), nil)
      }
      return (nil, free.isEmpty ? nil : free.removeFirst())
    }
    return found
  }

  private func putBack(_ buffer: ScratchBuffer) {
    free.withLock { free in
      let index = free.firstIndex { $0.byteCount >= buffer.byteCount }
      free.insert(buffer, at: index ?? free.endIndex)
    }
  }
}

/// Pages of memory, given back to the system with the last reference.
private final class ScratchBuffer: Sendable {
  /// Not Sendable: for who took the buffer out of the pool alone.
  nonisolated(unsafe) let start: UnsafeMutableRawPointer
  let byteCount: Int

  private static let hugePage = 2 << 20
  /// A multiple of every system's pages.
  private static let smallPages = 64 << 10

  init(atLeast wanted: Int) {
    // Rounded up so that a little more at each use does not mean new memory at each use.
    let unit = wanted > Self.hugePage / 2 ? Self.hugePage : Self.smallPages
    byteCount = (max(1, wanted) + unit - 1) / unit * unit
    // No error can leave a kernel, in whose middle the sums are.
    guard let address = Pages.allocate(byteCount) else {
      MemoryRefusal.end(byteCount, for: "intermediate values")
    }
    start = address
  }

  deinit { Pages.free(start, byteCount) }
}
