// What all processes do together, by hypercube: in step d each meets the process whose rank differs in bit d, so that
// after log₂(size) steps everybody has met everybody. The number of processes is a power of two.
extension Communicator {
  /// Everybody's bytes, by rank.
  ///
  /// - Precondition: All have the same number of bytes.
  /// - Throws: As `exchange`.
  package func allGather(_ bytes: [UInt8]) throws(CommunicationError) -> [[UInt8]] {
    var all = [UInt8](repeating: 0, count: bytes.count * size)
    all.replaceSubrange(rank * bytes.count..<(rank + 1) * bytes.count, with: bytes)
    var distance = 1
    while distance < size {
      // A whole block of ranks for that of the other half.
      let (mine, theirs) = (rank / distance * distance, (rank ^ distance) / distance * distance)
      let count = distance * bytes.count
      var received = [UInt8](repeating: 0, count: count)
      let sent = Array(all[mine * bytes.count..<mine * bytes.count + count])
      try exchange(sent, &received, with: rank ^ distance)
      all.replaceSubrange(theirs * bytes.count..<theirs * bytes.count + count, with: received)
      distance *= 2
    }
    return (0..<size).map { Array(all[$0 * bytes.count..<($0 + 1) * bytes.count]) }
  }

  /// Goes on once everybody is here.
  ///
  /// - Throws: As `exchange`.
  package func barrier() throws(CommunicationError) { _ = try allGather([0]) }

  private func exchange(
    _ sent: [UInt8], _ received: inout [UInt8], with peer: Int
  ) throws(CommunicationError) {
    // `withUnsafeBytes` forgets the type of what is thrown.
    var failure: CommunicationError?
    sent.withUnsafeBytes { sent in
      received.withUnsafeMutableBytes { received in
        do throws(CommunicationError) {
          try exchange(sending: sent, receiving: received, with: peer)
        } catch {
          failure = error
        }
      }
    }
    if let failure { throw failure }
  }
}

extension Int {
  /// Whether so many processes can work together.
  package var isPowerOfTwo: Bool { self > 0 && self & (self - 1) == 0 }
}
