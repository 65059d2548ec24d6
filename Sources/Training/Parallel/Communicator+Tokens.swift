import GPT2Communication

extension Communicator {
  /// Which tokens are in somebody's batch.
  ///
  /// - Parameters:
  ///   - tokens: This process's.
  ///   - count: How many tokens there are: the same in all processes.
  /// - Throws: As `exchange`.
  func used(_ tokens: [Int32], of count: Int) throws(CommunicationError) -> [Bool] {
    // A bit each: 6 KiB for GPT-2's.
    var bits = [UInt8](repeating: 0, count: (count + 7) / 8)
    // Of a token that there is not, the forward pass says so.
    for token in tokens where (0..<count).contains(Int(token)) { bits[Int(token) / 8] |= 1 << (token % 8) }
    let all = try allGather(bits)
    return (0..<count).map { token in all.contains { $0[token / 8] >> (token % 8) & 1 == 1 } }
  }
}
