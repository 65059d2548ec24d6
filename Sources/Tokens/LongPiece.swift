/// Merges a piece of any length with a linked list of tokens and a heap of pairs: n log n, so that a megabyte
/// of one character takes no longer than it should.
struct LongPiece {
  private struct Node {
    var token: UInt32
    /// What this token and the next merge into, or `PairTable.none`; also `none` once merged away.
    var merged: UInt32
    /// The neighbours' indices: -1 before the first, the count after the last.
    var previous: Int
    var next: Int
  }

  private let pairs: PairTable
  private var nodes: [Node] = []
  /// Pairs that may be merged. One that has changed meanwhile is told by its node, which then says otherwise.
  private var heap = MergeHeap()

  init(pairs: PairTable) { self.pairs = pairs }

  /// The tokens of `text[start..<end]`.
  mutating func merge(_ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> [UInt32] {
    let count = end - start
    nodes = (0..<count).map {
      Node(token: pairs.token(of: text[start + $0]), merged: PairTable.none, previous: $0 - 1, next: $0 + 1)
    }
    heap = MergeHeap(
      (0..<count - 1).compactMap { index in
        let merged = pairs.merged(nodes[index].token, nodes[index + 1].token)
        nodes[index].merged = merged
        return merged == PairTable.none ? nil : MergeHeap.Entry(merged: merged, index: index)
      })
    while let entry = heap.popFirst() {
      if nodes[entry.index].merged == entry.merged { mergePair(at: entry.index) }
    }
    return tokens()
  }

  private mutating func mergePair(at index: Int) {
    let absorbed = nodes[index].next
    let following = nodes[absorbed].next
    nodes[index].token = nodes[index].merged
    nodes[index].next = following
    nodes[absorbed].merged = PairTable.none
    if following < nodes.count { nodes[following].previous = index }
    updatePair(at: index)
    if nodes[index].previous >= 0 { updatePair(at: nodes[index].previous) }
  }

  private mutating func updatePair(at index: Int) {
    let next = nodes[index].next
    let merged =
      next < nodes.count ? pairs.merged(nodes[index].token, nodes[next].token) : PairTable.none
    nodes[index].merged = merged
    if merged != PairTable.none { heap.insert(MergeHeap.Entry(merged: merged, index: index)) }
  }

  private func tokens() -> [UInt32] {
    var tokens: [UInt32] = []
    var index = 0
    while index < nodes.count {
      tokens.append(nodes[index].token)
      index = nodes[index].next
    }
    return tokens
  }
}
