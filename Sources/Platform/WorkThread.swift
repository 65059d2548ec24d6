/// A thread that does one piece of work after another, in the order in which they are given to it, beside its owner.
///
/// It sleeps while there is nothing to do, and ends with this object. What the owner did before it gave a piece is seen by
/// the work on it, and what the work did is seen by the owner once `wait` has returned.
package final class WorkThread<Piece: Sendable, Failure: Error> {
  private let pieces = Pieces<Piece, Failure>()

  /// - Throws: `ThreadError` if the system has no thread left.
  package init(_ work: @escaping @Sendable (Piece) throws(Failure) -> Void) throws(ThreadError) {
    let pieces = pieces
    try DetachedThread.start {
      while let piece = pieces.next() {
        do throws(Failure) {
          try work(piece)
          pieces.end(nil)
        } catch {
          pieces.end(error)
        }
      }
    }
  }

  deinit { pieces.close() }

  package func add(_ piece: Piece) { pieces.add(piece) }

  /// Waits until all is done.
  ///
  /// - Throws: What the work threw. The pieces after the one that failed are left out.
  package func wait() throws(Failure) {
    if let failure = pieces.wait() { throw failure }
  }

  /// Waits until the piece that is being worked on is done; the others are left out.
  package func cancel() {
    pieces.clear()
    _ = pieces.wait()
  }
}

/// A system that starts no more threads.
package struct ThreadError: Error, Equatable, CustomStringConvertible {
  let code: Int32

  package var description: String {
    "the system starts no more threads: \(System.errorText(code)); end other programs, or raise the limit (ulimit -u)"
  }
}

/// What is to be done, seen by both threads.
private final class Pieces<Piece: Sendable, Failure: Error>: @unchecked Sendable {
  // `@unchecked`: all that changes is behind `lock`.
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// That something has changed.
  private let news = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var waiting: [Piece] = []
  private var (isWorking, isClosed) = (false, false)
  private var failure: Failure?

  init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(news, nil)
  }

  deinit {
    pthread_cond_destroy(news)
    pthread_mutex_destroy(lock)
    news.deallocate()
    lock.deallocate()
  }

  func add(_ piece: Piece) { change { waiting.append(piece) } }

  func clear() { change { waiting = [] } }

  func close() { change { isClosed = true } }

  /// Waits for the next piece; `nil` once there will be none.
  func next() -> Piece? {
    wait(until: !waiting.isEmpty || isClosed) {
      guard !isClosed else { return nil }
      isWorking = true
      return waiting.removeFirst()
    }
  }

  /// The piece is done, or has failed.
  func end(_ failure: Failure?) {
    change {
      isWorking = false
      guard let failure else { return }
      self.failure = failure
      waiting = []
    }
  }

  /// Waits until nothing is left to do; then forgets a failure.
  func wait() -> Failure? {
    wait(until: waiting.isEmpty && !isWorking) {
      defer { failure = nil }
      return failure
    }
  }

  private func change(_ body: () -> Void) {
    pthread_mutex_lock(lock)
    body()
    pthread_cond_broadcast(news)
    pthread_mutex_unlock(lock)
  }

  private func wait<Result>(until isTrue: @autoclosure () -> Bool, _ body: () -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    while !isTrue() { pthread_cond_wait(news, lock) }
    return body()
  }
}

/// A thread that nobody waits for.
package enum DetachedThread {
  /// - Throws: `ThreadError` if the system has no thread left.
  package static func start(_ body: @escaping @Sendable () -> Void) throws(ThreadError) {
    pthread_detach(try create(body))
  }

  /// One that is to be joined.
  ///
  /// - Throws: `ThreadError` if the system has no thread left.
  static func create(_ body: @escaping @Sendable () -> Void) throws(ThreadError) -> pthread_t {
    let body = Unmanaged.passRetained(Body(body))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let code = pthread_create(&thread, nil, { DetachedThread.run($0) }, body.toOpaque())
    guard code == 0 else {
      body.release()
      throw ThreadError(code: code)
    }
    #if canImport(Darwin)
      guard let thread else { throw ThreadError(code: EAGAIN) }
    #endif
    return thread
  }

  /// - Parameter body: Not optional on Darwin.
  private static func run(_ body: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let body { Unmanaged<Body>.fromOpaque(body).takeRetainedValue().call() }
    return nil
  }
}

/// What a thread is to do, as an object that C can carry.
private final class Body: Sendable {
  let call: @Sendable () -> Void

  init(_ call: @escaping @Sendable () -> Void) { self.call = call }
}
