/// How many threads the system would start now, as limits of users and groups and memory let it.
///
/// Dispatch asks again and again for a thread that it does not get, inside whoever gives it work: nobody would ever hear of
/// it. So that is found out before.
package enum SpareThreads {
  /// All are started at once, and have ended when this returns.
  ///
  /// - Returns: At most `limit`.
  package static func count(upTo limit: Int) -> Int {
    let gate = Gate()
    var threads: [pthread_t] = []
    while threads.count < limit, let thread = try? DetachedThread.create({ gate.wait() }) {
      threads.append(thread)
    }
    gate.open()
    for thread in threads { pthread_join(thread, nil) }
    return threads.count
  }
}

/// Where threads wait until it is opened.
private final class Gate: @unchecked Sendable {
  // `@unchecked`: the lock is in one place in memory, and is locked before anybody waits for it.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(lock, nil)
    pthread_mutex_lock(lock)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  func open() { pthread_mutex_unlock(lock) }

  func wait() {
    pthread_mutex_lock(lock)
    pthread_mutex_unlock(lock)
  }
}
