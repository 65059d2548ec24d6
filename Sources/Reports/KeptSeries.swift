/// What a `KeptSeries` is of.
protocol Thinnable: Sendable {
  var step: Int { get }
  /// A series of up to so many is kept whole, unless said otherwise.
  static var exactLimit: Int { get }
  /// Those of some neighbours that stand for all of them, in their order; at least one.
  static func thinned(_ neighbours: ArraySlice<Self>) -> [Self]
}

/// A series in the order of its steps: all of a short one, and of a long one what stands for the rest, so that its memory
/// has a bound, however long it gets.
///
/// A long one is kept in runs of equally many neighbours. When there are too many runs each two become one.
struct KeptSeries<Element: Thinnable> {
  /// How many neighbours stand together where a series has just become long.
  private static var firstWidth: Int { 16 }

  /// A series of up to so many is kept whole.
  private let exactLimit: Int
  /// All, or what stands for the runs that are full.
  private var kept: [Element] = []
  /// Where each run ends in `kept`; none while all are kept.
  private var ends: [Int] = []
  /// The newest, whose run is not full.
  private var open: [Element] = []
  private var width = 1
  /// How many there were, kept or not.
  private(set) var count = 0
  /// Whether some were to be taken back which are kept no more: then the series is not what it should be.
  private(set) var isIncomplete = false

  init(exactLimit: Int = Element.exactLimit) { self.exactLimit = exactLimit }

  var isThinned: Bool { width > 1 }
  var elements: [Element] { kept + open }
  var last: Element? { open.last ?? kept.last }
  var isEmpty: Bool { count == 0 }

  /// Whether one more makes it a long one.
  var isFull: Bool { !isThinned && count == exactLimit }

  mutating func append(_ element: Element) {
    if isFull { beginThinning() }
    count += 1
    guard isThinned else { return kept.append(element) }
    if open.count == width { close() }
    open.append(element)
  }

  /// Takes back what came after a step.
  ///
  /// - Returns: How many.
  mutating func rewind(to step: Int) -> Int {
    guard let last, last.step > step else { return 0 }
    guard !isThinned else {
      isIncomplete = true
      return 0
    }
    let before = count
    while let last = kept.last, last.step > step { kept.removeLast() }
    count = kept.count
    return before - count
  }

  /// Changes all; only of a short one.
  mutating func update(_ change: (inout Element) -> Void) {
    for index in kept.indices { change(&kept[index]) }
  }

  private mutating func beginThinning() {
    width = Self.firstWidth
    let all = kept
    kept = []
    for start in stride(from: 0, to: all.count, by: width) {
      let run = all[start..<min(start + width, all.count)]
      guard run.count == width else {
        open = Array(run)
        break
      }
      kept += Element.thinned(run)
      ends.append(kept.count)
    }
  }

  private mutating func close() {
    kept += Element.thinned(open[...])
    ends.append(kept.count)
    open = []
    guard ends.count >= 2 * max(2, exactLimit / Self.firstWidth), ends.count.isMultiple(of: 2) else {
      return
    }
    let (all, allEnds) = (kept, ends)
    (kept, ends) = ([], [])
    for pair in stride(from: 0, to: allEnds.count, by: 2) {
      let start = pair == 0 ? 0 : allEnds[pair - 1]
      kept += Element.thinned(all[start..<allEnds[pair + 1]])
      ends.append(kept.count)
    }
    width *= 2
  }
}

extension ArraySlice {
  /// The lowest and the highest by each of some values, and the first whose value is no finite number, in their order: a
  /// chart of them shows every spike and every gap.
  func extremes(by values: [(Element) -> Double?]) -> [Element] {
    var places: Set<Int> = []
    for value in values {
      var (lowest, highest): ((Double, Int)?, (Double, Int)?)
      var gap: Int?
      for place in indices {
        guard let found = value(self[place]) else { continue }
        guard found.isFinite else {
          gap = gap ?? place
          continue
        }
        if lowest.map({ found < $0.0 }) ?? true { lowest = (found, place) }
        if highest.map({ found > $0.0 }) ?? true { highest = (found, place) }
      }
      for place in [lowest?.1, highest?.1, gap] { if let place { places.insert(place) } }
    }
    if places.isEmpty { places.insert(startIndex) }
    return places.sorted().map { self[$0] }
  }
}

extension RunHistory.Update: Thinnable {
  static var exactLimit: Int { 16_384 }

  static func thinned(_ neighbours: ArraySlice<Self>) -> [Self] {
    neighbours.extremes(by: [\.loss, { $0.gradientNorm }, { $0.tokensPerSecond }])
  }
}

extension RunHistory.Measurement: Thinnable {
  static var exactLimit: Int { 16_384 }
  static func thinned(_ neighbours: ArraySlice<Self>) -> [Self] { neighbours.extremes(by: [\.value]) }
}

extension RunHistory.Skipped: Thinnable {
  static var exactLimit: Int { 2048 }
  static func thinned(_ neighbours: ArraySlice<Self>) -> [Self] { Array(neighbours.prefix(1)) }
}

extension RunHistory.Sample: Thinnable {
  static var exactLimit: Int { 1024 }
  static func thinned(_ neighbours: ArraySlice<Self>) -> [Self] { Array(neighbours.suffix(1)) }
}
