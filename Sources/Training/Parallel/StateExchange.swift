import GPT2BinaryFiles
import GPT2Communication
import GPT2Transformer

/// Brings what the processes of a job keep to the one that writes it. Where each keeps the moments of its share of the
/// weights, a file has all of them, in the order of one process, so that no number of processes changes a byte; where
/// processes train apart, each has a file.
///
/// The writer makes attempts, and says when there are no more; the others serve until then.
final class StateExchange {
  /// What each process keeps of the optimizer's state.
  enum Kept {
    /// All, as the others do.
    case same
    case share
    /// All, of steps of its own.
    case own
  }

  private let optimizer: Optimizer
  private let communicator: any Communicator
  private let kept: Kept
  /// Whether there is anything to bring.
  let isNeeded: Bool
  /// Why no more is to be had from others.
  private(set) var failure: CommunicationError?
  /// Of this attempt, whose files' values have not been received: of rank 0 with its own, where processes keep shares.
  private var expected: Set<Int> = []

  /// Values that travel at a time, 16 MiB: the memory that it takes.
  private static let pieceCount = 1 << 22
  private static let writer = 0

  init(_ optimizer: Optimizer, sharedBy communicator: any Communicator, keeping kept: Kept) {
    self.optimizer = optimizer
    self.communicator = communicator
    self.kept = kept
    isNeeded = kept != .same && communicator.size > 1
  }

  /// Lets `write` write what all keep, once, by `forEachPart`.
  ///
  /// - Throws: What `write` throws. Of a failure between processes `failure` tells, too.
  func attempt(_ write: () throws(FileError) -> Void) throws(FileError) {
    guard isNeeded else { return try write() }
    begin(isAttempt: true)
    expected = kept == .own ? Set(1..<communicator.size) : [Self.writer]
    defer {
      // The others send it in any case.
      for file in expected.sorted() { receive(file) { _ in } }
    }
    try write()
  }

  /// In the process that writes: there are no more attempts.
  func end() {
    if isNeeded { begin(isAttempt: false) }
  }

  /// In the others: sends what is kept, once for each attempt.
  func serve() {
    while isNeeded, begin(isAttempt: false) { send() }
  }

  /// All values of a file, in order.
  ///
  /// - Parameter replica: Whose file it is; where processes train apart, the others' come in their order after the first.
  /// - Throws: What `body` throws; then the others' values have been received nevertheless.
  func forEachPart(
    of replica: Int = 0, _ body: (UnsafeRawBufferPointer) throws(FileError) -> Void
  ) throws(FileError) {
    guard isNeeded, kept == .share || replica != Self.writer else {
      for state in optimizer.states { try body(UnsafeRawBufferPointer(state.values)) }
      return
    }
    var problem: FileError?
    receive(replica) { part in
      guard problem == nil else { return }
      do throws(FileError) {
        try body(part)
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    if let failure {
      throw FileError(
        "the optimizer's state",
        .mismatch(
          found: "\(failure)", expected: "what every process keeps", advice: "use the checkpoint before"))
    }
  }

  /// - Returns: Whether somebody attempts to write.
  @discardableResult
  private func begin(isAttempt: Bool) -> Bool {
    (try? unlessFailed { () throws(CommunicationError) in try communicator.any(isAttempt) }) ?? false
  }

  private func receive(_ file: Int, _ take: (UnsafeRawBufferPointer) -> Void) {
    expected.remove(file)
    let piece = UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.pieceCount)
    defer { piece.deallocate() }
    for state in optimizer.states {
      for (rank, count) in senders(of: state, to: file) {
        guard rank != Self.writer else {
          take(UnsafeRawBufferPointer(state.values))
          continue
        }
        for start in stride(from: 0, to: count, by: Self.pieceCount) {
          let values = UnsafeMutableRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: piece.prefix(min(Self.pieceCount, count - start))))
          exchange(sending: UnsafeRawBufferPointer(start: nil, count: 0), receiving: values, with: rank)
          if failure != nil { return }
          take(UnsafeRawBufferPointer(values))
        }
      }
    }
  }

  /// Who has values of a state that belong into a file, in their order, and how many.
  private func senders(of state: OptimizerState, to file: Int) -> [(rank: Int, count: Int)] {
    guard kept == .share else { return [(file, state.values.count)] }
    return (0..<communicator.size).map { part in
      (Shares.part(of: part, communicator.size), state.range(of: part).count)
    }
  }

  private func send() {
    for state in optimizer.states {
      for start in stride(from: 0, to: state.values.count, by: Self.pieceCount) {
        let values = state.values[start..<min(start + Self.pieceCount, state.values.count)]
        exchange(
          sending: UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values)),
          receiving: UnsafeMutableRawBufferPointer(start: nil, count: 0), with: Self.writer)
        if failure != nil { return }
      }
    }
  }

  private func exchange(
    sending sent: UnsafeRawBufferPointer, receiving received: UnsafeMutableRawBufferPointer, with peer: Int
  ) {
    _ = try? unlessFailed { () throws(CommunicationError) in
      try communicator.exchange(sending: sent, receiving: received, with: peer)
    }
  }

  /// Remembers the first failure, after which nothing more is tried.
  private func unlessFailed<Result>(
    _ body: () throws(CommunicationError) -> Result
  ) throws(CommunicationError) -> Result {
    if let failure { throw failure }
    do throws(CommunicationError) {
      return try body()
    } catch {
      failure = error
      throw error
    }
  }
}
