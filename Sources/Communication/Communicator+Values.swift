// Small values that all processes tell one another.
extension Communicator {
  /// Everybody's numbers, those of rank 0 first.
  ///
  /// - Precondition: All have as many.
  /// - Throws: As `exchange`.
  public func gathered(_ values: [Float]) throws(CommunicationError) -> [Float] {
    let bytes = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    return try allGather(bytes).flatMap { bytes in
      stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << (8 * $1) })
      }
    }
  }

  /// Whether somebody says yes.
  ///
  /// - Throws: As `exchange`.
  public func any(_ answer: Bool) throws(CommunicationError) -> Bool {
    try allGather([answer ? 1 : 0]).contains([1])
  }
}
