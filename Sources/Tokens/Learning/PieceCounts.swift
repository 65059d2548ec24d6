import GPT2Platform

/// How often each piece of a text occurs: an open-addressing hash table, with the pieces' bytes end to end.
///
/// One thread at a time uses it.
final class PieceCounts: @unchecked Sendable {
  // `@unchecked`: handed from thread to thread under a lock; see `PieceCounter`.
  private struct Slot {
    /// The first 8 bytes of the piece, little-endian, padded with zeros.
    var head: UInt64
    /// Where the piece's bytes begin in `bytes`.
    var offset: Int
    /// 0 marks an empty slot: no piece is empty.
    var length: Int
    var count: Int
  }

  private var slots: UnsafeMutableBufferPointer<Slot>
  private var bytes: UnsafeMutableBufferPointer<UInt8>
  /// The number of different pieces.
  private(set) var count = 0
  /// The bytes of all different pieces together.
  private(set) var byteCount = 0
  /// Whether a piece could not be counted, since the machine has no room for more.
  private(set) var isShortOfMemory = false

  init() {
    slots = .allocate(capacity: 1 << 12)
    slots.initialize(repeating: Slot(head: 0, offset: 0, length: 0, count: 0))
    bytes = .allocate(capacity: 1 << 15)
  }

  deinit {
    slots.deallocate()
    bytes.deallocate()
  }

  /// The bytes of all pieces, each as often as it occurs: those of the text.
  var total: Int { slots.reduce(0) { $0 + $1.length * $1.count } }

  /// Counts the pieces of `text`.
  func add(_ text: UnsafeBufferPointer<UInt8>) {
    let splitter = PieceSplitter(text)
    var start = 0
    while start < text.count {
      let end = splitter.end(ofPieceAt: start)
      add(text, from: start, to: end, count: 1)
      start = end
    }
  }

  /// Adds what another table has counted.
  func add(_ other: PieceCounts) {
    other.forEach { piece, count in add(piece, from: 0, to: piece.count, count: count) }
    isShortOfMemory = isShortOfMemory || other.isShortOfMemory
  }

  /// Calls `body` with each piece and how often it occurs, in no order that means anything.
  func forEach(_ body: (_ piece: UnsafeBufferPointer<UInt8>, _ count: Int) -> Void) {
    for slot in slots where slot.length > 0 {
      body(UnsafeBufferPointer(rebasing: bytes[slot.offset..<slot.offset + slot.length]), slot.count)
    }
  }

  @inline(__always)
  private func add(_ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, count: Int) {
    let length = end - start
    let head = PieceTable.head(text, from: start, to: end)
    let hash = Int(truncatingIfNeeded: PieceTable.pieceHash(of: text, from: start, to: end, head: head))
    var slot = hash & (slots.count - 1)
    while slots[slot].length > 0 {
      if slots[slot].head == head, slots[slot].length == length,
        length <= 8 || isTail(of: slots[slot], text, from: start + 8, to: end)
      {
        slots[slot].count += count
        return
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    insert(text, from: start, to: end, head: head, hash: hash, count: count)
  }

  private func isTail(
    of slot: Slot, _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> Bool {
    let offset = slot.offset + 8 - start
    for position in start..<end where bytes[position + offset] != text[position] { return false }
    return true
  }

  private func insert(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, head: UInt64, hash: Int, count: Int
  ) {
    guard makeRoom(for: end - start) else {
      isShortOfMemory = true
      return
    }
    for (place, position) in (start..<end).enumerated() { bytes[byteCount + place] = text[position] }
    let slot = Slot(head: head, offset: byteCount, length: end - start, count: count)
    slots[firstFreeSlot(from: hash)] = slot
    self.count += 1
    byteCount += end - start
  }

  private func firstFreeSlot(from hash: Int) -> Int {
    var slot = hash & (slots.count - 1)
    while slots[slot].length > 0 { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  /// - Returns: Whether there is room for one more piece of that length.
  private func makeRoom(for length: Int) -> Bool {
    if byteCount + length > bytes.count {
      let capacity = max(2 * bytes.count, byteCount + length)
      guard MachineMemory.has(capacity) else { return false }
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: capacity)
      _ = larger.initialize(fromContentsOf: bytes[..<byteCount])
      bytes.deallocate()
      bytes = larger
    }
    guard 2 * (count + 1) > slots.count else { return true }
    guard MachineMemory.has(2 * slots.count * MemoryLayout<Slot>.stride) else { return false }
    let old = slots
    slots = .allocate(capacity: 2 * old.count)
    slots.initialize(repeating: Slot(head: 0, offset: 0, length: 0, count: 0))
    let known = UnsafeBufferPointer(rebasing: bytes[..<byteCount])
    for slot in old where slot.length > 0 {
      let hash = PieceTable.pieceHash(
        of: known, from: slot.offset, to: slot.offset + slot.length, head: slot.head)
      slots[firstFreeSlot(from: Int(truncatingIfNeeded: hash))] = slot
    }
    old.deallocate()
    return true
  }
}
