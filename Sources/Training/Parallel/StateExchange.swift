import BinaryFiles
import Communication
import Transformer

/// Brings what the processes of a job keep, each of its share of the weights, to the one that writes it: a file has all of
/// it, in the order of one process, so that no number of processes changes a byte.
///
/// The writer makes attempts, and says when there are no more; the others serve until then.
final class StateExchange {
  private let optimizer: Optimizer
  private let communicator: any Communicator
  /// Whether there is anything to bring.
  let isNeeded: Bool
  /// Why no more is to be had from others.
  private(set) var failure: CommunicationError?
  /// Of this attempt, whether all was received.
  private var isReceived = true

  /// Values that travel at a time, 16 MiB: the memory that it takes.
  private static let pieceCount = 1 << 22
  private static let writer = 0

  init(_ optimizer: Optimizer, sharedBy communicator: any Communicator, isSharded: Bool) {
    self.optimizer = optimizer
    self.communicator = communicator
    isNeeded = isSharded && communicator.size > 1
  }

  /// Lets `write` write what all keep, once, by `forEachPart`.
  ///
  /// - Throws: What `write` throws. Of a failure between processes `failure` tells, too.
  func attempt(_ write: () throws(FileError) -> Void) throws(FileError) {
    guard isNeeded else { return try write() }
    begin(isAttempt: true)
    isReceived = false
    defer {
      // The others send it in any case.
      if !isReceived { receive { _ in } }
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

  /// All values that are kept, in order.
  ///
  /// - Throws: What `body` throws; then the others' values have been received nevertheless.
  func forEachPart(_ body: (UnsafeRawBufferPointer) throws(FileError) -> Void) throws(FileError) {
    guard isNeeded else {
      for state in optimizer.states { try body(UnsafeRawBufferPointer(state.values)) }
      return
    }
    var problem: FileError?
    receive { part in
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

  private func receive(_ take: (UnsafeRawBufferPointer) -> Void) {
    isReceived = true
    let piece = UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.pieceCount)
    defer { piece.deallocate() }
    for state in optimizer.states {
      for part in 0..<communicator.size {
        let rank = Shares.part(of: part, communicator.size)
        guard rank != Self.writer else {
          take(UnsafeRawBufferPointer(state.values))
          continue
        }
        let count = state.range(of: part).count
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
