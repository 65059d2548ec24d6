/// Finds the token that is exactly a run of bytes: an open-addressing hash table over a vocabulary.
package final class PieceTable: @unchecked Sendable {
  // `@unchecked`: written by `init` only.
  private struct Slot {
    /// The first 8 bytes of the token, little-endian, padded with zeros.
    var head: UInt64
    /// Where the token's bytes begin in `bytes`.
    var offset: UInt32
    var id: UInt16
    /// 0 marks an empty slot: no token is empty.
    var length: UInt8
  }

  private let slots: UnsafeMutableBufferPointer<Slot>
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  /// - Parameter vocabulary: At most 65,536 tokens. Of several with the same bytes the lowest id is found.
  /// - Parameter excluded: Tokens that are never found.
  package init(_ vocabulary: Vocabulary, excluding excluded: Set<Int>) {
    slots = .allocate(capacity: tableCapacity(for: vocabulary.count))
    slots.initialize(repeating: Slot(head: 0, offset: 0, id: 0, length: 0))
    bytes = .allocate(capacity: vocabulary.bytes.count)
    _ = bytes.initialize(from: vocabulary.bytes)
    for id in 0..<vocabulary.count where !excluded.contains(id) {
      let range = vocabulary.range(of: id)
      let piece = UnsafeBufferPointer(bytes)
      let (slot, isFound) = search(piece, from: range.lowerBound, to: range.upperBound)
      if isFound { continue }
      slots[slot] = Slot(
        head: Self.head(piece, from: range.lowerBound, to: range.upperBound),
        offset: UInt32(range.lowerBound), id: UInt16(id), length: UInt8(range.count))
    }
  }

  deinit {
    slots.deallocate()
    bytes.deallocate()
  }

  /// The id of the token that equals `text[start..<end]`, if there is one.
  package func id(of text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
    guard end - start <= Vocabulary.longestToken else { return nil }
    let (slot, isFound) = search(text, from: start, to: end)
    return isFound ? Int(slots[slot].id) : nil
  }

  /// The slot that holds the piece, or the empty one where it belongs.
  @inline(__always)
  private func search(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> (slot: Int, isFound: Bool) {
    let length = end - start
    let head = Self.head(text, from: start, to: end)
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: Self.pieceHash(of: text, from: start, to: end, head: head)) & mask
    while true {
      let candidate = slots[slot]
      if candidate.length == 0 { return (slot, false) }
      if candidate.head == head, Int(candidate.length) == length,
        length <= 8 || isTail(of: candidate, text, from: start + 8, to: end)
      {
        return (slot, true)
      }
      slot = (slot + 1) & mask
    }
  }

  /// Of a piece's first 8 bytes, its last 8 and its length: most pieces are no longer than these.
  @inline(__always)
  static func pieceHash(of text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, head: UInt64)
    -> UInt64
  {
    let length = end - start
    let tail = length > 8 ? load(text, at: end - 8) : 0
    return hash(head ^ (tail &* 0x9E37_79B9_7F4A_7C15) ^ UInt64(length))
  }

  private func isTail(
    of slot: Slot, _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> Bool {
    let offset = Int(slot.offset) + 8 - start
    for position in start..<end where bytes[position + offset] != text[position] { return false }
    return true
  }

  /// Up to 8 bytes of `text[start..<end]` from its beginning, little-endian, padded with zeros.
  @inline(__always)
  static func head(_ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> UInt64 {
    let length = end - start
    if start + 8 <= text.count {
      let word = load(text, at: start)
      return length >= 8 ? word : word & (1 << (8 * UInt64(length)) - 1)
    }
    // Near the end of the text 8 bytes cannot be read at once.
    var word: UInt64 = 0
    for position in (start..<min(end, start + 8)).reversed() { word = word << 8 | UInt64(text[position]) }
    return word
  }
}

@inline(__always)
private func load(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt64 {
  let word = UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: position, as: UInt64.self)
  return UInt64(littleEndian: word)
}

/// Both halves of a full product, folded: one multiplication mixes every bit (as in wyhash).
@inline(__always)
func hash(_ key: UInt64) -> UInt64 {
  let product = (key ^ 0x2D35_8DCC_AA6C_78A5).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
  return product.high ^ product.low
}

/// A power of two of which `count` entries fill at most half.
func tableCapacity(for count: Int) -> Int {
  var capacity = 16
  while capacity < 2 * count { capacity *= 2 }
  return capacity
}
