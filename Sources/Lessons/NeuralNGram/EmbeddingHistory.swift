import GPT2Kernels

/// The table of embeddings at some steps of a training.
package struct EmbeddingHistory: Sendable {
  package struct Moment: Sendable {
    /// Updates that were made before.
    package let step: Int
    /// (V, E)
    package let rows: [[Double]]

    package init(step: Int, rows: [[Double]]) {
      self.step = step
      self.rows = rows
    }
  }

  /// In the order of their steps; the last is the end.
  package private(set) var moments: [Moment] = []
  private let kept: Set<Int>

  /// How many moments are kept of a long training.
  private static let count = 31

  /// - Parameter steps: Of the whole training. Early ones are kept more densely, as much moves then: at the squares of
  ///   0, 1/30, …, 1.
  package init(steps: Int) {
    let last = Double(Self.count - 1)
    kept = Set((0..<Self.count).map { Int((Double(steps) * Double($0 * $0) / (last * last)).rounded()) })
  }

  /// How far each letter has come from the first moment to the last, (V, E); `nil` if there are no moments.
  package var changes: [[Double]]? {
    guard let first = moments.first, let last = moments.last else { return nil }
    return zip(last.rows, first.rows).map { last, first in zip(last, first).map { $0 - $1 } }
  }

  package mutating func note(_ step: Int, _ embedding: Matrix) {
    guard kept.contains(step) else { return }
    let values = embedding.flat.map(Double.init)
    let rows = stride(from: 0, to: values.count, by: embedding.columns).map {
      Array(values[$0..<$0 + embedding.columns])
    }
    moments.append(Moment(step: step, rows: rows))
  }
}

/// Where the letters are in the plane in which training has moved them most: in that in which the trained rows differ most,
/// the random start is most of what is seen.
package struct EmbeddingMap: Sendable {
  /// How much of the variance of the letters' ways the plane shows, from 0 to 1.
  package let share: Double
  package let steps: [Int]
  /// For each step, of each letter its place, (V, 2).
  package let places: [[[Double]]]

  /// - Parameter history: All its moments are seen in the same plane.
  /// - Returns: `nil` if there are no moments.
  package init?(_ history: EmbeddingHistory) {
    guard let changes = history.changes else { return nil }
    let components = PrincipalComponents(of: changes)
    share = components.share(ofFirst: 2)
    steps = history.moments.map(\.step)
    places = history.moments.map { moment in
      moment.rows.map { components.projection(of: $0, onFirst: 2) }
    }
  }

  /// Of all steps, with some room around them.
  package var range: (x: ClosedRange<Double>, y: ClosedRange<Double>) {
    func range(_ d: Int) -> ClosedRange<Double> {
      let values = places.joined().map { $0[d] }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let margin = high > low ? (high - low) * 0.05 : 1
      return low - margin...high + margin
    }
    return (range(0), range(1))
  }
}
