// Small values that all processes tell one another.
extension Communicator {
  /// Everybody's numbers, those of rank 0 first.
  ///
  /// - Precondition: All have as many.
  /// - Throws: As `exchange`.
  package func gathered(_ values: [Float]) throws(CommunicationError) -> [Float] {
    try gatheredBits(values.map(\.bitPattern)).map { Float(bitPattern: $0) }
  }

  /// Everybody's numbers, those of rank 0 first.
  ///
  /// - Precondition: All have as many.
  /// - Throws: As `exchange`.
  package func gathered(_ values: [Double]) throws(CommunicationError) -> [Double] {
    try gatheredBits(values.map(\.bitPattern)).map { Double(bitPattern: $0) }
  }

  private func gatheredBits<Bits: FixedWidthInteger>(
    _ values: [Bits]
  ) throws(CommunicationError) -> [Bits] {
    let width = Bits.bitWidth / 8
    let bytes = values.flatMap { value in
      (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    return try allGather(bytes).flatMap { bytes in
      stride(from: 0, to: bytes.count, by: width).map { start in
        (0..<width).reduce(Bits(0)) { $0 | Bits(bytes[start + $1]) << (8 * $1) }
      }
    }
  }

  /// The sums of everybody's numbers, added by rank.
  ///
  /// - Precondition: All have as many.
  /// - Throws: As `exchange`.
  package func summed(_ values: [Double]) throws(CommunicationError) -> [Double] {
    let all = try gathered(values)
    return values.indices.map { index in
      (0..<size).reduce(0) { $0 + all[$1 * values.count + index] }
    }
  }

  /// Whether somebody says yes.
  ///
  /// - Throws: As `exchange`.
  package func any(_ answer: Bool) throws(CommunicationError) -> Bool {
    try allGather([answer ? 1 : 0]).contains([1])
  }
}
