/// Which token two adjacent tokens merge into: the one whose bytes are theirs, joined.
///
/// In GPT-2's numbering merge i makes token 256 + i, so the merged token's id is also the merge's rank. A
/// token appears once for every way of cutting it into two tokens.
final class PairTable: @unchecked Sendable {
  // `@unchecked`: written by `init` only.
  private struct Slot {
    var pair: UInt32
    /// `none` marks an empty slot.
    var merged: UInt32
  }

  /// What a pair that does not merge gives: above every token id.
  static let none = UInt32.max

  private let slots: UnsafeMutableBufferPointer<Slot>
  /// The token of each single byte.
  private let byteTokens: UnsafeMutableBufferPointer<UInt32>

  /// - Parameter pieces: The same vocabulary.
  /// - Parameter byteTokens: The token of each of the 256 bytes.
  init(_ vocabulary: Vocabulary, excluding excluded: Set<Int>, pieces: PieceTable, byteTokens: [UInt32]) {
    self.byteTokens = .allocate(capacity: 256)
    _ = self.byteTokens.initialize(from: byteTokens)
    var merges: [Slot] = []
    vocabulary.bytes.withUnsafeBufferPointer { bytes in
      for id in 0..<vocabulary.count where !excluded.contains(id) {
        let range = vocabulary.range(of: id)
        // Of two tokens with the same bytes only the lower is ever made.
        guard pieces.id(of: bytes, from: range.lowerBound, to: range.upperBound) == id else { continue }
        for cut in range.dropFirst() {
          guard let left = pieces.id(of: bytes, from: range.lowerBound, to: cut),
            let right = pieces.id(of: bytes, from: cut, to: range.upperBound)
          else { continue }
          merges.append(Slot(pair: Self.key(UInt32(left), UInt32(right)), merged: UInt32(id)))
        }
      }
    }
    slots = .allocate(capacity: tableCapacity(for: merges.count))
    slots.initialize(repeating: Slot(pair: 0, merged: Self.none))
    for merge in merges {
      var slot = firstSlot(merge.pair)
      while slots[slot].merged != Self.none { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = merge
    }
  }

  deinit {
    slots.deallocate()
    byteTokens.deallocate()
  }

  func token(of byte: UInt8) -> UInt32 { byteTokens[Int(byte)] }

  /// The token that `left` and `right` merge into, or `none`.
  @inline(__always)
  func merged(_ left: UInt32, _ right: UInt32) -> UInt32 {
    let pair = Self.key(left, right)
    var slot = firstSlot(pair)
    while true {
      let candidate = slots[slot]
      if candidate.pair == pair || candidate.merged == Self.none { return candidate.merged }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  private func firstSlot(_ pair: UInt32) -> Int {
    Int(truncatingIfNeeded: hash(UInt64(pair))) & (slots.count - 1)
  }

  /// Ids are below 65,536, so two fit one word.
  private static func key(_ left: UInt32, _ right: UInt32) -> UInt32 { left << 16 | right }
}
