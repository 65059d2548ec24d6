import GPT2Communication
import GPT2Kernels

/// Sums over processes, in the order of a `ReplicaTree`: in step d a process meets that whose rank differs in bit d, as
/// neighbours in the tree do. Each keeps one half of what it has and gets the other's part of it, so that a process sends
/// 2·(P − 1)/P of the values in all (recursive halving, then doubling: Thakur, Rabenseifner and Gropp 2005).
///
/// Who adds up which values is of no matter to the sums, as a + b is b + a.
struct ProcessSums: Sendable {
  let communicator: any Communicator
  let shares: Shares
  /// That of the values, and so of what travels: bf16 values are sent as such, and their sums rounded. See `ReplicaSums`.
  let precision: Precision
  let workers: Workers

  /// Values that travel at a time. The memory that a sum takes is twice that of so many.
  private static let blockCount = 1 << 20

  /// Replaces all values of the ranges by their sums, in all processes; or without `gathering` those of this process's
  /// share.
  ///
  /// - Throws: `CommunicationError`; the values are then part of a sum.
  func sum(
    _ ranges: [Range<Int>], of values: UnsafeMutableBufferPointer<Float>, gathering: Bool = true
  ) throws(CommunicationError) {
    try scatter(ranges, of: values)
    if gathering { try gather(ranges, of: values) }
  }

  /// Replaces this process's share of the ranges by its sum over all processes. What else is in the ranges is then part of
  /// a sum.
  ///
  /// - Throws: As `sum`.
  func scatter(
    _ ranges: [Range<Int>], of values: UnsafeMutableBufferPointer<Float>
  ) throws(CommunicationError) {
    for step in steps(over: ranges) {
      try exchange(sending: step.theirs, receiving: step.mine, of: values, with: step.peer) { wire, range in
        wire.add(to: range, on: workers)
      }
    }
  }

  /// Takes from the others what they have the sums of: the steps back.
  ///
  /// - Throws: As `sum`.
  func gather(
    _ ranges: [Range<Int>], of values: UnsafeMutableBufferPointer<Float>
  ) throws(CommunicationError) {
    for step in steps(over: ranges).reversed() {
      try exchange(sending: step.mine, receiving: step.theirs, of: values, with: step.peer) { wire, range in
        wire.copy(to: range, on: workers)
      }
    }
  }

  private func steps(over ranges: [Range<Int>]) -> [SumStep] {
    shares.steps(over: ranges, rank: communicator.rank, processes: communicator.size)
  }

  /// Sends values of some ranges while it receives others, block by block.
  private func exchange(
    sending sent: [Range<Int>], receiving received: [Range<Int>],
    of values: UnsafeMutableBufferPointer<Float>, with peer: Int,
    _ take: (inout WireReader, UnsafeMutableBufferPointer<Float>) -> Void
  ) throws(CommunicationError) {
    let (sent, received) = (sent.blocks(of: Self.blockCount), received.blocks(of: Self.blockCount))
    func part(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
      UnsafeMutableBufferPointer(rebasing: values[range])
    }
    for index in 0..<max(sent.count, received.count) {
      let outgoing = index < sent.count ? sent[index] : []
      let incoming = index < received.count ? received[index] : []
      try workers.withScratch(Self.blockCount) { (outbox) throws(CommunicationError) in
        try workers.withScratch(Self.blockCount) { (inbox) throws(CommunicationError) in
          var writer = WireWriter(outbox, precision)
          for range in outgoing { writer.write(part(range), on: workers) }
          var reader = WireReader(inbox, precision)
          try communicator.exchange(
            sending: writer.bytes, receiving: reader.bytes(of: incoming.reduce(0) { $0 + $1.count }),
            with: peer)
          for range in incoming { take(&reader, part(range)) }
        }
      }
    }
  }
}

extension [Range<Int>] {
  /// The same values in order, so many in each block but the last.
  fileprivate func blocks(of count: Int) -> [[Range<Int>]] {
    var blocks: [[Range<Int>]] = []
    var room = 0
    for range in self {
      var start = range.lowerBound
      while start < range.upperBound {
        if room == 0 {
          blocks.append([])
          room = count
        }
        let end = start + Swift.min(room, range.upperBound - start)
        blocks[blocks.count - 1].append(start..<end)
        room -= end - start
        start = end
      }
    }
    return blocks
  }
}
