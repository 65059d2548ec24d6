import GPT2Communication
import Foundation
import GPT2Kernels
import TestSupport
import Testing
import GPT2Transformer

@testable import GPT2TrainingCore

/// What an exchange sends, and how it ends if something fails on the way.
@Suite struct GradientExchangeTests {
  private static let configuration = Result {
    try Configuration(maximumSequenceLength: 3, vocabularySize: 11, layers: 2, heads: 1, channels: 5)
  }
  private static let parts: [GradientPart] = [.unusedTokens, .finalNorm, .layer(1), .layer(0), .embeddings]

  /// Counts what a process sends, and from some call on hears nothing of anybody.
  private final class Line: Communicator, @unchecked Sendable {
    // `@unchecked`: behind `lock`.
    private let line: any Communicator
    private let lock = NSCondition()
    private var calls = 0
    private var sent = 0
    private let callsUntilSilence: Int

    init(_ line: any Communicator, callsUntilSilence: Int = .max) {
      self.line = line
      self.callsUntilSilence = callsUntilSilence
    }

    var rank: Int { line.rank }
    var size: Int { line.size }
    var bytesSent: Int { lock.withLock { sent } }

    func exchange(
      sending sent: UnsafeRawBufferPointer, receiving received: UnsafeMutableRawBufferPointer, with peer: Int
    ) throws(CommunicationError) {
      let calls = lock.withLock { self.calls + 1 }
      guard calls <= callsUntilSilence else { throw .silent(rank: peer, seconds: 7) }
      try line.exchange(sending: sent, receiving: received, with: peer)
      lock.withLock {
        self.calls = calls
        self.sent += sent.count
        lock.broadcast()
      }
    }

    func wait(untilCalls count: Int) {
      lock.withLock { while calls < count { lock.wait() } }
    }

    func abort(code: Int32) {}
  }

  private static func exchange(
    over line: Line, overlapping: Bool, precision: Precision = .fp32
  ) throws -> GradientExchange {
    let configuration = try configuration.get()
    return try GradientExchange(
      ReplicaSums(
        ReplicaTree(replicas: line.size, processes: line.size, rank: line.rank), precision: precision
      ) { () throws(AllocationError) in try Parameters(zeroed: configuration) },
      sharedBy: line, overlapping: overlapping, on: Workers(count: 1))
  }

  /// 2·(P − 1)/P of the values.
  @Test(arguments: [1, 2, 4, 8], [true, false])
  func halfTheBytesAreSent(processes: Int, overlapping: Bool) throws {
    let count = try #require(Parameters.valueCount(of: Self.configuration.get()))
    func sent(_ precision: Precision) throws -> Int {
      try ThreadJob.run(processes: processes) { communicator in
        let line = Line(communicator)
        let exchange = try Self.exchange(over: line, overlapping: overlapping, precision: precision)
        try exchange.addReplica(endingWith: []) { _, finish in Self.parts.forEach(finish) }
        return line.bytesSent
      }.reduce(0, +)
    }
    // And a bit for each of 128 tokens, to all others.
    let bits = overlapping ? processes * (processes - 1) * 16 : 0
    let (single, half) = (try sent(.fp32) - bits, try sent(.bf16) - bits)
    #expect(single == 2 * half)
    #expect(single == 2 * (processes - 1) * count * 4)
  }

  /// At every call: the error is that of who does not answer, and the exchange is over.
  @Test(arguments: [0, 1, 2, 5, 8, 10], [true, false])
  func silenceIsSaid(calls: Int, overlapping: Bool) throws {
    // As a whole there are two calls, of which the first or second fails.
    let calls = overlapping ? calls : min(1, calls)
    let errors = try ThreadJob.run(processes: 2) { communicator -> CommunicationError? in
      let line = Line(communicator, callsUntilSilence: calls)
      let exchange = try Self.exchange(over: line, overlapping: overlapping)
      do {
        try exchange.addReplica(endingWith: []) { _, finish in Self.parts.forEach(finish) }
        return nil
      } catch let error as CommunicationError {
        return error
      }
    }
    #expect(errors == [.silent(rank: 1, seconds: 7), .silent(rank: 0, seconds: 7)])
  }

  private struct Refusal: Error {}

  /// A backward pass that fails ends the exchange; what had been exchanged is of no matter.
  @Test(arguments: [true, false])
  func aPassThatFailsLeavesNothingBehind(overlapping: Bool) throws {
    let ends = try ThreadJob.run(processes: 2) { communicator in
      let line = Line(communicator)
      let exchange = try Self.exchange(over: line, overlapping: overlapping)
      #expect(throws: Refusal.self) {
        try exchange.addReplica(endingWith: []) { (_, finish) -> Void in
          finish(.finalNorm)
          if overlapping { line.wait(untilCalls: 3) }
          throw Refusal()
        }
      }
      // All is as it was: nobody talks, and the replica can be added.
      try communicator.barrier()
      try exchange.addReplica(endingWith: []) { gradients, finish in
        gradients.values.update(repeating: 1)
        Self.parts.forEach(finish)
      }
      return exchange.sum.values.allSatisfy { $0 == 2 }
    }
    #expect(ends == [true, true])
  }
}
