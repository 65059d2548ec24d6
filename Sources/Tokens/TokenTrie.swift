/// Finds the longest of some byte strings that begins at a place.
struct TokenTrie: Sendable {
  /// From a node, times 256, plus a byte to the node it leads to; node 0 is the root.
  private var edges: [Int: Int] = [:]
  /// What ends at each node.
  private var ends: [Int?] = [nil]
  /// Bytes that some string begins with: most places of a text need no more.
  private var beginnings = [Bool](repeating: false, count: 256)
  private(set) var longest = 0

  /// - Parameter strings: None of them empty, no two the same.
  init(_ strings: [some Collection<UInt8>]) {
    for (index, string) in strings.enumerated() { insert(string, index) }
  }

  private mutating func insert(_ string: some Collection<UInt8>, _ index: Int) {
    guard let first = string.first else { return }
    beginnings[Int(first)] = true
    longest = max(longest, string.count)
    var node = 0
    for byte in string {
      let edge = node << 8 | Int(byte)
      if let next = edges[edge] {
        node = next
      } else {
        node = ends.count
        edges[edge] = node
        ends.append(nil)
      }
    }
    ends[node] = index
  }

  /// The longest string at `start`, by its index, and where it ends.
  func longestMatch(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> (index: Int, end: Int)? {
    var best: (index: Int, end: Int)?
    walk(text, from: start) { index, end in best = (index, end) }
    return best
  }

  /// Whether a string that begins at `start` ends at `position` or later, or may do so once more bytes are known.
  func reaches(_ position: Int, in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
    var isReached = false
    let isOpen = walk(text, from: start) { _, end in isReached = isReached || end >= position }
    return isReached || isOpen
  }

  /// Calls `body` for every string at `start`, the shortest first.
  ///
  /// - Returns: Whether the text ended in the middle of a longer one.
  @discardableResult
  @inline(__always)
  private func walk(
    _ text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (_ index: Int, _ end: Int) -> Void
  ) -> Bool {
    guard start < text.count, beginnings[Int(text[start])] else { return false }
    var node = 0
    for position in start..<text.count {
      guard let next = edges[node << 8 | Int(text[position])] else { return false }
      node = next
      if let index = ends[node] { body(index, position + 1) }
    }
    return true
  }
}
