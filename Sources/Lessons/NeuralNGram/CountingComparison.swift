/// Counting beside the neural model, on every window of a text that neither was trained on.
package struct CountingComparison {
  package let counting: NGramModel
  package let neural: NeuralNGram
  /// Every context that the text has, in the order of their tokens.
  package let contexts: [ContextComparison]

  /// How often each context is in the training text.
  private let seen: [[Int]: Int]

  /// - Parameters:
  ///   - counting: Of order T + 1, trained on `training`.
  ///   - training: What the models learnt from.
  ///   - text: What they are judged by.
  package init(counting: NGramModel, neural: NeuralNGram, training: [Int32], text: [Int32]) {
    let (length, size) = (neural.shape.contextLength, neural.shape.vocabularySize)
    var seen: [[Int]: Int] = [:]
    Self.forEachWindow(of: training, length) { context, _ in seen[context, default: 0] += 1 }
    var followed: [[Int]: [Int]] = [:]
    Self.forEachWindow(of: text, length) { context, next in
      followed[context, default: [Int](repeating: 0, count: size)][next] += 1
    }
    self.counting = counting
    self.neural = neural
    self.seen = seen
    contexts = followed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { context, followed in
      ContextComparison(
        tokens: context, seen: seen[context] ?? 0, counting: counting.probabilities(after: context),
        neural: neural.probabilities(after: context), followed: followed)
    }
  }

  /// Any context of T tokens, whether the text has it or not.
  package func context(_ tokens: [Int]) -> ContextComparison {
    contexts.first { $0.tokens == tokens }
      ?? ContextComparison(
        tokens: tokens, seen: seen[tokens] ?? 0, counting: counting.probabilities(after: tokens),
        neural: neural.probabilities(after: tokens),
        followed: [Int](repeating: 0, count: neural.shape.vocabularySize))
  }

  /// The contexts on which the neural model saves most on the whole text, and those on which counting does. Where there
  /// are contexts with three windows or more, rarer ones are left out. They are picked by how the text happened to go on,
  /// and so show the models further apart than they are; `familiarities` says how far.
  package func extremes(_ count: Int) -> (neural: [ContextComparison], counting: [ContextComparison]) {
    let frequent = contexts.filter { $0.occurrences >= 3 }
    // In equal cases the order of the tokens decides, since sorting keeps it.
    let order = (frequent.isEmpty ? contexts : frequent).sorted { $0.gain > $1.gain }
    return (
      order.prefix(count).filter { $0.gain > 0 }, order.reversed().prefix(count).filter { $0.gain < 0 }
    )
  }

  /// The mean loss over all windows of the text, in nats.
  package var losses: MeanLosses { MeanLosses(of: contexts) }

  /// The same for contexts that were seen about equally often.
  package var familiarities: [Familiarity] {
    Self.bounds.compactMap { bounds in
      let members = contexts.filter { bounds.contains($0.seen) }
      return members.isEmpty ? nil : Familiarity(seen: bounds, losses: MeanLosses(of: members))
    }
  }

  private static let bounds = [0...0, 1...2, 3...9, 10...29, 30...99, 100...299, 300...Int.max]

  private static func forEachWindow(
    of text: [Int32], _ length: Int, _ body: (_ context: [Int], _ next: Int) -> Void
  ) {
    guard text.count > length else { return }
    for start in 0..<text.count - length {
      body(text[start..<start + length].map(Int.init), Int(text[start + length]))
    }
  }
}

/// Means of −ln p over windows of a text, in nats.
package struct MeanLosses: Equatable, Sendable {
  package let windows: Int
  package let counting: Double
  package let neural: Double

  /// - Parameter contexts: At least one that occurs.
  init(of contexts: [ContextComparison]) {
    windows = contexts.reduce(0) { $0 + $1.occurrences }
    counting = contexts.reduce(0.0) { $0 + $1.countingSum } / Double(windows)
    neural = contexts.reduce(0.0) { $0 + $1.neuralSum } / Double(windows)
  }
}

/// Contexts that the training text has about equally often.
package struct Familiarity: Equatable, Sendable {
  package let seen: ClosedRange<Int>
  package let losses: MeanLosses

  /// "0", "3–9", "300+".
  package var name: String {
    if seen.upperBound == .max { return "\(seen.lowerBound)+" }
    return seen.lowerBound == seen.upperBound ? "\(seen.lowerBound)" : "\(seen.lowerBound)–\(seen.upperBound)"
  }
}
