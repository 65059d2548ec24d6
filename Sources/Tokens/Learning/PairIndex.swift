/// What is known of the pairs of tokens that stand side by side in a text, by pair: an open-addressing hash table.
///
/// A pair comes into the text by the merge that makes the newer of its tokens, all at once. From then on its count only
/// falls, as other merges take its tokens away.
struct PairIndex: ~Copyable {
  struct Entry {
    var pair: TokenPair
    /// Where its places begin among those of `MergeLearner`.
    var start: Int
    /// How many places it was found at; 0 marks an empty slot.
    var length: Int
    /// How often it occurs now: its places weighed by how often their pieces occur in the text.
    var count: Int
  }

  private var slots: UnsafeMutableBufferPointer<Entry>
  private var used = 0
  private static let empty = Entry(pair: TokenPair(0, 0), start: 0, length: 0, count: 0)

  init() {
    slots = .allocate(capacity: 1 << 12)
    slots.initialize(repeating: Self.empty)
  }

  deinit { slots.deallocate() }

  subscript(pair: TokenPair) -> Entry? {
    let entry = slots[slot(of: pair)]
    return entry.length > 0 ? entry : nil
  }

  /// - Parameter entry: Of a pair that is not there yet, with at least one place.
  mutating func insert(_ entry: Entry) {
    if 2 * (used + 1) > slots.count { grow() }
    slots[slot(of: entry.pair)] = entry
    used += 1
  }

  /// Lowers the count of a pair, if it is there.
  func lower(_ pair: TokenPair, by count: Int) {
    let slot = slot(of: pair)
    // Swift 6.3 has no valid code for the thread sanitizer if it is changed through a noncopyable value.
    let slots = slots
    if slots[slot].length > 0 { slots[slot].count -= count }
  }

  /// The slot that has the pair, or the empty one where it belongs.
  @inline(__always)
  private func slot(of pair: TokenPair) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash(UInt64(pair.key))) & mask
    while slots[slot].length > 0, slots[slot].pair != pair { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = .allocate(capacity: 2 * old.count)
    slots.initialize(repeating: Self.empty)
    for entry in old where entry.length > 0 { slots[slot(of: entry.pair)] = entry }
    old.deallocate()
  }
}

/// Two tokens side by side.
struct TokenPair: Equatable, Sendable {
  /// The left token above the right one: pairs in the order of their left tokens, then of their right ones.
  let key: UInt32

  init(_ left: UInt16, _ right: UInt16) { key = UInt32(left) << 16 | UInt32(right) }

  var left: UInt16 { UInt16(key >> 16) }
  var right: UInt16 { UInt16(truncatingIfNeeded: key) }
}
