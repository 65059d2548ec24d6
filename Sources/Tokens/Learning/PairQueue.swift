/// A binary heap of pairs: the most frequent first, and of equals the one with the lowest tokens.
///
/// So ties are broken as by `BpeTrainer` of the package `tokenizers`, whose tokens have the same order: by what the text
/// holds, and not by what of it comes first, as in minbpe. The order of the texts does not matter then, nor does the number
/// of threads.
struct PairQueue {
  struct Entry {
    /// How often the pair occurred when it was put in: never less than it does now.
    var count: Int
    var pair: TokenPair

    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      count != other.count ? count > other.count : pair.key < other.pair.key
    }
  }

  private var entries: [Entry] = []

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var index = entries.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry.precedes(entries[parent]) else { break }
      entries[index] = entries[parent]
      index = parent
    }
    entries[index] = entry
  }

  mutating func popFirst() -> Entry? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    if !entries.isEmpty { sink(last) }
    return first
  }

  /// Lets an entry sink from the root to its place.
  private mutating func sink(_ entry: Entry) {
    var index = 0
    while 2 * index + 1 < entries.count {
      var child = 2 * index + 1
      if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
      guard entries[child].precedes(entry) else { break }
      entries[index] = entries[child]
      index = child
    }
    entries[index] = entry
  }
}
