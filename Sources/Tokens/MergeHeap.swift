/// A binary heap of merges: the lowest token first, and of equal ones the leftmost.
struct MergeHeap {
  struct Entry {
    /// The token above the index, in one comparable word: 17 bits for the token leave 47 for the index.
    private let word: UInt64

    init(merged: UInt32, index: Int) { word = UInt64(merged) << 47 | UInt64(index) }

    var merged: UInt32 { UInt32(word >> 47) }
    var index: Int { Int(word & (1 << 47 - 1)) }

    static func < (lhs: Entry, rhs: Entry) -> Bool { lhs.word < rhs.word }
  }

  private var entries: [Entry] = []

  init() {}

  /// Orders `entries` in linear time.
  init(_ entries: [Entry]) {
    self.entries = entries
    for index in (0..<entries.count / 2).reversed() { sink(entries[index], from: index) }
  }

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    rise(entry, from: entries.count - 1)
  }

  mutating func popFirst() -> Entry? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    if !entries.isEmpty { sink(last, from: 0) }
    return first
  }

  private mutating func rise(_ entry: Entry, from start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry < entries[parent] else { break }
      entries[index] = entries[parent]
      index = parent
    }
    entries[index] = entry
  }

  private mutating func sink(_ entry: Entry, from start: Int) {
    var index = start
    while 2 * index + 1 < entries.count {
      var child = 2 * index + 1
      if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
      guard entries[child] < entry else { break }
      entries[index] = entries[child]
      index = child
    }
    entries[index] = entry
  }
}
