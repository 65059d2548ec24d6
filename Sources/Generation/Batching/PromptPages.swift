import GPT2Kernels

/// The pages of prompts that were read, by the tokens that they hold, so that a prompt that begins like an earlier one
/// need not be read from its beginning (vLLM calls it automatic prefix caching).
///
/// A page's keys and values follow from all tokens up to its end, so a page is known by the page before it and its own
/// tokens, compared one by one. Only pages that packed products have read are kept: others have other bits.
struct PromptPages {
  private struct Key: Hashable {
    /// Which page comes before it, by number; 0 if it is the first.
    let previous: Int
    let tokens: [Int32]
  }

  private struct Entry {
    let number: Int
    let page: KeyValuePage
    var lastUse: Int
  }

  private var entries: [Key: Entry] = [:]
  private var lastNumber = 0
  private var clock = 0
  /// Pages that are kept at most.
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  var count: Int { entries.count }

  /// The pages of the longest known beginning of some tokens.
  mutating func pages(of tokens: some RandomAccessCollection<Int32>) -> [KeyValuePage] {
    var found: [KeyValuePage] = []
    forEachPage(of: tokens) { key, entries, clock in
      guard var entry = entries[key] else { return nil }
      entry.lastUse = clock
      entries[key] = entry
      found.append(entry.page)
      return entry.number
    }
    return found
  }

  /// Takes note of the pages of some tokens, from the first on; as many are kept as there is room for, those used last.
  mutating func add(_ pages: ArraySlice<KeyValuePage>, of tokens: some RandomAccessCollection<Int32>) {
    guard limit > 0 else { return }
    var pages = pages
    var lastNumber = lastNumber
    forEachPage(of: tokens) { key, entries, clock in
      guard let page = pages.popFirst() else { return nil }
      if let known = entries[key] { return known.number }
      lastNumber += 1
      entries[key] = Entry(number: lastNumber, page: page, lastUse: clock)
      return lastNumber
    }
    self.lastNumber = lastNumber
    trim()
  }

  /// Calls `body` for each whole page of tokens, until it returns no number.
  private mutating func forEachPage(
    of tokens: some RandomAccessCollection<Int32>, _ body: (Key, inout [Key: Entry], _ clock: Int) -> Int?
  ) {
    clock += 1
    var rest = tokens[...]
    var previous = 0
    while rest.count >= KeyValueBlocks.pagePositions {
      let key = Key(previous: previous, tokens: Array(rest.prefix(KeyValueBlocks.pagePositions)))
      guard let number = body(key, &entries, clock) else { return }
      previous = number
      rest = rest.dropFirst(KeyValueBlocks.pagePositions)
    }
  }

  /// Later pages go before those that they follow: without these nobody would find them.
  private mutating func trim() {
    guard entries.count > limit else { return }
    let oldest = entries.sorted {
      ($0.value.lastUse, -$0.value.number) < ($1.value.lastUse, -$1.value.number)
    }
    for (key, _) in oldest.prefix(entries.count - limit) { entries[key] = nil }
  }
}
