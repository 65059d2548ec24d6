import GPT2Kernels

/// What an operation's speed is held against: the peak that it would reach first.
package enum Bound: String, Encodable, Sendable {
  /// Arithmetic, in the precision of the products.
  case fp32, bf16
  /// Reading memory.
  case read
  /// Reading and writing memory, where at least half as much is written as is read.
  case update

  package var isArithmetic: Bool { self == .fp32 || self == .bf16 }
}

extension PeakRates {
  /// The least seconds that some work takes, and what it then waits for: the later of its arithmetic at the peak
  /// of the arithmetic, and its bytes at the peak of memory (Williams, Waterman and Patterson 2009).
  package func limit(of work: Work, precision: Precision) -> (seconds: Double, bound: Bound) {
    let (peak, arithmetic) =
      if precision == .bf16, let bf16 { (bf16, Bound.bf16) } else { (fp32, Bound.fp32) }
    let isUpdate = 2 * work.bytesWritten >= work.bytesRead
    let arithmeticSeconds = work.operations / peak
    let memorySeconds = work.bytes / (isUpdate ? update : read)
    if arithmeticSeconds >= memorySeconds { return (arithmeticSeconds, arithmetic) }
    return (memorySeconds, isUpdate ? .update : .read)
  }
}
