/// When a run went back to an earlier step, by the numbers of its records. Known beforehand, as where a log is read a second
/// time, they tell of each record whether the run took it back later.
struct Rewinds: Sendable {
  private(set) var all: [(record: Int, step: Int)] = []

  mutating func note(record: Int, step: Int) { all.append((record, step)) }

  /// Asked of each record in turn.
  struct Forecast: Sendable {
    private let rewinds: [(record: Int, step: Int)]
    /// The lowest step of this one and those after it.
    private let lowest: [Int]
    private var next = 0

    init(_ rewinds: Rewinds) {
      self.rewinds = rewinds.all
      var lowest = [Int](repeating: .max, count: rewinds.all.count + 1)
      for index in rewinds.all.indices.reversed() {
        lowest[index] = min(lowest[index + 1], rewinds.all[index].step)
      }
      self.lowest = lowest
    }

    /// The step that the run went back to by that record; `nil` if it did not.
    private(set) var present: Int?

    /// - Returns: The last step of which what this record tells still holds.
    mutating func limit(of record: Int) -> Int {
      present = nil
      while next < rewinds.count, rewinds[next].record <= record {
        if rewinds[next].record == record { present = rewinds[next].step }
        next += 1
      }
      return lowest[next]
    }
  }
}
