import Communication
import Kernels

// Sums over processes, in the order of a `ReplicaTree`: in step d a process meets that whose rank differs in bit d, as
// neighbours in the tree do. Each keeps one half of what it has and gets the other's part of it, so that a process sends
// 2·(P − 1)/P of the values in all (recursive halving, then doubling: Thakur, Rabenseifner and Gropp 2005).
extension Communicator {
  /// Values that are received at a time: the memory that a sum takes.
  private static var pieceCount: Int { 1 << 20 }

  /// Replaces everybody's values by their sum.
  ///
  /// - Throws: `CommunicationError`; `values` are then part of a sum.
  func sum(_ values: UnsafeMutableBufferPointer<Float>, on workers: Workers) throws(CommunicationError) {
    guard size > 1 else { return }
    try gather(values, try sumParts(of: values, on: workers))
  }

  /// Sums a part of the values in each process.
  ///
  /// - Returns: The ranges that this process had in hand before each step and after the last; of that it has the sum.
  private func sumParts(
    of values: UnsafeMutableBufferPointer<Float>, on workers: Workers
  ) throws(CommunicationError) -> [Range<Int>] {
    let scratch = UnsafeMutableBufferPointer<Float>.allocate(capacity: min(values.count, Self.pieceCount))
    defer { scratch.deallocate() }
    var parts = [0..<values.count]
    var distance = 1
    while distance < size {
      let (mine, theirs) = parts[parts.count - 1].halves(keepingLower: rank & distance == 0)
      for start in stride(from: 0, to: max(mine.count, theirs.count), by: Self.pieceCount) {
        let kept = values[mine.piece(from: start, count: Self.pieceCount)]
        let received = UnsafeMutableBufferPointer(rebasing: scratch.prefix(kept.count))
        try exchange(
          sending: UnsafeRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: values[theirs.piece(from: start, count: Self.pieceCount)])),
          receiving: UnsafeMutableRawBufferPointer(received), with: rank ^ distance)
        Addition.add(
          UnsafeBufferPointer(received), to: UnsafeMutableBufferPointer(rebasing: kept), on: workers)
      }
      parts.append(mine)
      distance *= 2
    }
    return parts
  }

  /// Takes from the others what they have the sums of: the steps back.
  private func gather(
    _ values: UnsafeMutableBufferPointer<Float>, _ parts: [Range<Int>]
  ) throws(CommunicationError) {
    var distance = size / 2
    for part in parts.dropLast().reversed() {
      let (mine, theirs) = part.halves(keepingLower: rank & distance == 0)
      try exchange(
        sending: UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values[mine])),
        receiving: UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values[theirs])),
        with: rank ^ distance)
      distance /= 2
    }
  }
}

extension Range<Int> {
  /// Two halves, of which the lower has the odd element.
  fileprivate func halves(keepingLower keepsLower: Bool) -> (mine: Range<Int>, theirs: Range<Int>) {
    let middle = lowerBound + (count + 1) / 2
    let (lower, upper) = (lowerBound..<middle, middle..<upperBound)
    return keepsLower ? (lower, upper) : (upper, lower)
  }

  /// So many elements, or what is left of them.
  fileprivate func piece(from start: Int, count: Int) -> Range<Int> {
    let first = Swift.min(upperBound, lowerBound + start)
    return first..<Swift.min(upperBound, first + count)
  }
}
