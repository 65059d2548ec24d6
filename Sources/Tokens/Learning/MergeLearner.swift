/// Learns merges: again and again the most frequent pair of tokens becomes one (Sennrich, Haddow and Birch, "Neural Machine
/// Translation of Rare Words with Subword Units", 2016), in bytes, as in GPT-2.
///
/// Nothing is counted twice: the places of each pair are known, and a merge only looks at those of its own.
struct MergeLearner: ~Copyable {
  struct Merge: Equatable, Sendable {
    let left: UInt16
    let right: UInt16
    /// How often the pair occurred; in a run of equal tokens, "aaa", every neighbour counts.
    let count: Int
  }

  private let row: PieceRow
  private var index = PairIndex()
  private var queue = PairQueue()
  /// The places of each pair in ascending order, one pair's after the other's: where its left token began.
  private var places: [UInt32] = []
  /// Of each token.
  private var bytes: [[UInt8]]
  private var lengths: [Int]
  private var left: NeighbourCounts
  private var right: NeighbourCounts
  private let minimum: Int
  private let spelt: Set<[UInt8]>
  /// The tokens of the text that merges have taken away.
  private(set) var saved = 0

  /// - Parameters:
  ///   - counts: Of pieces that fit into `PieceRow.longest` places.
  ///   - alphabet: The byte of each of the first 256 tokens.
  ///   - vocabularySize: The most tokens that there will be, below 65,536.
  ///   - minimum: How often a pair must occur to be merged, at least once.
  ///   - special: What no merge may spell.
  init(_ counts: PieceCounts, alphabet: [UInt8], vocabularySize: Int, minimum: Int, special: Set<[UInt8]>) {
    var byteTokens = [UInt16](repeating: 0, count: 256)
    for (token, byte) in alphabet.enumerated() { byteTokens[Int(byte)] = UInt16(token) }
    row = PieceRow(counts, byteTokens: byteTokens)
    bytes = alphabet.map { [$0] }
    lengths = bytes.map(\.count)
    left = NeighbourCounts(capacity: vocabularySize)
    right = NeighbourCounts(capacity: vocabularySize)
    self.minimum = minimum
    spelt = special
    findPairs()
  }

  /// The pairs of bytes, before any merge.
  private mutating func findPairs() {
    func number(_ pair: TokenPair) -> Int { Int(pair.left) << 8 | Int(pair.right) }
    var counts = [(count: Int, places: Int)](repeating: (0, 0), count: 1 << 16)
    row.forEachPair { pair, _, count in
      counts[number(pair)].count += count
      counts[number(pair)].places += 1
    }
    var starts = [Int](repeating: -1, count: 1 << 16)
    var end = 0
    for number in counts.indices where counts[number].count >= minimum {
      let entry = PairIndex.Entry(
        pair: TokenPair(UInt16(number >> 8), UInt16(number & 255)), start: end,
        length: counts[number].places, count: counts[number].count)
      index.insert(entry)
      queue.insert(PairQueue.Entry(count: entry.count, pair: entry.pair))
      starts[number] = end
      end += entry.length
    }
    var found = [UInt32](repeating: 0, count: end)
    row.forEachPair { pair, place, _ in
      let number = number(pair)
      guard starts[number] >= 0 else { return }
      found[starts[number]] = UInt32(place)
      starts[number] += 1
    }
    places = found
  }

  /// Makes the next merge.
  ///
  /// - Returns: `nil` if no pair occurs often enough.
  mutating func next() -> Merge? {
    while let top = queue.popFirst() {
      guard let entry = index[top.pair], entry.count >= minimum else { continue }
      // Other merges have taken some away since it was put in.
      guard entry.count == top.count else {
        queue.insert(PairQueue.Entry(count: entry.count, pair: top.pair))
        continue
      }
      let joined = bytes[Int(top.pair.left)] + bytes[Int(top.pair.right)]
      guard joined.count <= Vocabulary.longestToken, !spelt.contains(joined) else { continue }
      bytes.append(joined)
      lengths.append(joined.count)
      merge(entry)
      return Merge(left: top.pair.left, right: top.pair.right, count: entry.count)
    }
    return nil
  }

  /// The tokens' bytes: the 256 of one byte, then one a merge.
  var vocabulary: [[UInt8]] { bytes }

  /// Makes the last token of `bytes` of a pair wherever it stands.
  private mutating func merge(_ entry: PairIndex.Entry) {
    let (first, second) = (entry.pair.left, entry.pair.right)
    let merged = UInt16(bytes.count - 1)
    // Pairs of the new token and `first` that were one merge later.
    var undone = 0
    for number in entry.start..<entry.start + entry.length {
      let place = Int(places[number])
      guard row.tokens[place] == first else { continue }
      let middle = place + lengths[Int(first)]
      guard row.tokens[middle] == second else { continue }
      let end = middle + lengths[Int(second)]
      let count = row.count(at: place)
      let (before, after) = (row.tokens[place - 1], row.tokens[end])
      if before != PieceRow.none {
        left.add(before, at: place - lengths[Int(before)], count: count)
        if before == merged { undone += count }
      }
      if after != PieceRow.none { right.add(after, at: place, count: count) }
      row.tokens[place] = merged
      row.tokens[middle] = PieceRow.none
      row.tokens[end - 1] = merged
      saved += count
    }
    // What stood before `first` and after `second` is no pair of theirs any more.
    for token in left.tokens where token != merged {
      index.lower(TokenPair(token, first), by: left.counts[Int(token)])
    }
    for token in right.tokens { index.lower(TokenPair(second, token), by: right.counts[Int(token)]) }
    let (before, after) = (left.counts, right.counts)
    left.move(
      to: &index, &queue, places: &places, minimum: minimum, pair: { TokenPair($0, merged) },
      count: { before[Int($0)] })
    right.move(
      to: &index, &queue, places: &places, minimum: minimum, pair: { TokenPair(merged, $0) },
      count: { after[Int($0)] - ($0 == first ? undone : 0) })
  }
}
