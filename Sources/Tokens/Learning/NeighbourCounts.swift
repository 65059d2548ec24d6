/// The tokens that stand on one side of a pair that is being merged: how often, and where the pairs with the new token are.
struct NeighbourCounts: ~Copyable {
  /// Of each token, how often it stands there in the text.
  let counts: UnsafeMutableBufferPointer<Int>
  /// Of each token, at how many places; then, where its next place goes.
  private let places: UnsafeMutableBufferPointer<Int>
  /// The tokens that stand there, each once.
  private(set) var tokens: [UInt16] = []
  /// A token and the place of its pair, in the order of the places.
  private var found: [(token: UInt16, place: UInt32)] = []

  /// - Parameter capacity: The number of tokens that there may be.
  init(capacity: Int) {
    counts = .allocate(capacity: capacity)
    counts.initialize(repeating: 0)
    places = .allocate(capacity: capacity)
    places.initialize(repeating: 0)
  }

  deinit {
    counts.deallocate()
    places.deallocate()
  }

  @inline(__always)
  mutating func add(_ token: UInt16, at place: Int, count: Int) {
    // Here and below: see `PairIndex.lower`.
    let (places, counts) = (places, counts)
    let index = Int(token)
    if places[index] == 0 { tokens.append(token) }
    places[index] += 1
    counts[index] += count
    found.append((token, UInt32(place)))
  }

  /// Adds the pairs with the new token that are frequent enough to the index, their places to `all`, and forgets what was
  /// found.
  ///
  /// - Parameters:
  ///   - pair: Of one of the tokens that stand there and the new one.
  ///   - count: How often that pair is in the text now.
  mutating func move(
    to index: inout PairIndex, _ queue: inout PairQueue, places all: inout [UInt32], minimum: Int,
    pair: (UInt16) -> TokenPair, count: (UInt16) -> Int
  ) {
    let (places, counts) = (places, self.counts)
    var end = all.count
    for token in tokens {
      let (length, now) = (places[Int(token)], count(token))
      guard now >= minimum else {
        places[Int(token)] = -1
        continue
      }
      index.insert(PairIndex.Entry(pair: pair(token), start: end, length: length, count: now))
      queue.insert(PairQueue.Entry(count: now, pair: pair(token)))
      places[Int(token)] = end
      end += length
    }
    all.append(contentsOf: repeatElement(0, count: end - all.count))
    for (token, place) in found where places[Int(token)] >= 0 {
      all[places[Int(token)]] = place
      places[Int(token)] += 1
    }
    for token in tokens { (places[Int(token)], counts[Int(token)]) = (0, 0) }
    tokens.removeAll(keepingCapacity: true)
    found.removeAll(keepingCapacity: true)
  }
}
