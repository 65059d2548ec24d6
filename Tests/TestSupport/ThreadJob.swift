import GPT2Communication
import Foundation

/// Several processes of a job as threads of this one: they talk through memory.
package final class ThreadJob: @unchecked Sendable {
  // `@unchecked`: all that changes is behind `lock`.
  private let lock = NSCondition()
  /// Messages by sender and receiver, in their order.
  private var messages: [[Int]: [[UInt8]]] = [:]
  /// Sent so far, over all processes.
  package private(set) var bytesSent = 0
  private let size: Int

  private init(size: Int) { self.size = size }

  /// Runs `body` once for each process, all at a time, and returns what it returned, by rank.
  package static func run<Result: Sendable>(
    processes size: Int, _ body: @escaping @Sendable (any Communicator) throws -> Result
  ) throws -> [Result] {
    let job = ThreadJob(size: size)
    let results = Results<Result>(size)
    let threads = (0..<size).map { rank in
      let thread = Thread { results.set(rank) { try body(ThreadCommunicator(rank: rank, job: job)) } }
      thread.stackSize = 8 << 20
      return thread
    }
    for thread in threads { thread.start() }
    return try results.wait()
  }

  fileprivate func send(_ bytes: [UInt8], from sender: Int, to receiver: Int) {
    lock.withLock {
      messages[[sender, receiver], default: []].append(bytes)
      bytesSent += bytes.count
      lock.broadcast()
    }
  }

  fileprivate func receive(from sender: Int, at receiver: Int) throws(CommunicationError) -> [UInt8] {
    lock.lock()
    defer { lock.unlock() }
    while messages[[sender, receiver], default: []].isEmpty {
      guard lock.wait(until: Date(timeIntervalSinceNow: 60)) else { throw .silent(rank: sender, seconds: 60) }
    }
    return messages[[sender, receiver], default: []].removeFirst()
  }

  fileprivate final class ThreadCommunicator: Communicator {
    let rank: Int
    private let job: ThreadJob

    var size: Int { job.size }

    init(rank: Int, job: ThreadJob) {
      self.rank = rank
      self.job = job
    }

    func exchange(
      sending sent: UnsafeRawBufferPointer, receiving received: UnsafeMutableRawBufferPointer, with peer: Int
    ) throws(CommunicationError) {
      job.send(Array(sent), from: rank, to: peer)
      let bytes = try job.receive(from: peer, at: rank)
      guard bytes.count == received.count else {
        throw .failed(rank: peer, reason: "\(bytes.count) bytes came, \(received.count) were expected")
      }
      received.copyBytes(from: bytes)
    }

    func abort(code: Int32) {}
  }
}

/// What threads end with.
private final class Results<Value: Sendable>: @unchecked Sendable {
  // `@unchecked`: behind `lock`.
  private let lock = NSCondition()
  private var values: [Result<Value, any Error>?]

  init(_ count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ body: () throws -> Value) {
    let result = Result { try body() }
    lock.withLock {
      values[index] = result
      lock.broadcast()
    }
  }

  func wait() throws -> [Value] {
    lock.lock()
    defer { lock.unlock() }
    while values.contains(where: { $0 == nil }) { lock.wait() }
    return try values.compactMap { try $0?.get() }
  }
}
