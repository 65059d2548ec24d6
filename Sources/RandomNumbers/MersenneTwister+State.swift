// The state as llm.c saves it, `mt19937_state` of `llmc/rand.h`:
// {uint64 seed, int32 left, uint32 next, uint32 state[624], uint32 matrix[2]}, little-endian.
extension MersenneTwister {
  /// The size of `stateBytes`, 2,520.
  package static let stateByteCount = 8 + 4 + 4 + 4 * wordCount + 4 * 2

  /// The whole state in llm.c's layout.
  package var stateBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.stateByteCount)
    bytes.append(littleEndian: seed)
    bytes.append(littleEndian: left)
    bytes.append(littleEndian: next)
    for word in words + [0, Self.matrix] { bytes.append(littleEndian: word) }
    return bytes
  }

  /// Takes up a state in llm.c's layout; `nil` if the bytes are too few, too many, or no possible state.
  ///
  /// llm.c leaves its seed field unset, so any value is accepted there.
  package init?(stateBytes: some Collection<UInt8>) {
    guard stateBytes.count == Self.stateByteCount else { return nil }
    var rest = stateBytes[...]
    let seed = rest.takeFirst(UInt64.self)
    let left = rest.takeFirst(Int32.self)
    let next = rest.takeFirst(UInt32.self)
    let words = (0..<Self.wordCount).map { _ in rest.takeFirst(UInt32.self) }
    guard rest.takeFirst(UInt32.self) == 0, rest.takeFirst(UInt32.self) == Self.matrix else { return nil }
    self.init(seed: seed, left: left, next: next, words: words)
  }
}

extension Array where Element == UInt8 {
  fileprivate mutating func append<T: FixedWidthInteger>(littleEndian value: T) {
    for shift in stride(from: 0, to: T.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }
}

extension Collection where Element == UInt8, SubSequence == Self {
  fileprivate mutating func takeFirst<T: FixedWidthInteger>(_ type: T.Type) -> T {
    var value: T = 0
    for shift in stride(from: 0, to: T.bitWidth, by: 8) {
      value |= T(truncatingIfNeeded: removeFirst()) << shift
    }
    return value
  }
}
