import GPT2Platform

/// Counting: how likely a token is after n − 1 others is how often it followed them, with `smoothing` added to each
/// count (additive smoothing, after Laplace and Lidstone):
///
///     p(t | c) = (count(c, t) + s) / (count(c) + s·V).
///
/// EurekaLabsAI/ngram, `NgramModel`; Jurafsky and Martin, Speech and Language Processing, chapter 3.
package struct NGramModel: Sendable {
  package let order: Int
  package let vocabularySize: Int
  package private(set) var smoothing: Double
  /// (V, …, V), n times.
  private var counts: [UInt32]

  /// - Parameters:
  ///   - n: At least 1; so many tokens are counted together.
  ///   - smoothing: At least 0.
  package init(order n: Int, vocabularySize: Int, smoothing: Double) {
    precondition(n > 0 && vocabularySize > 0 && smoothing >= 0, "a model of nothing")
    order = n
    self.vocabularySize = vocabularySize
    self.smoothing = smoothing
    counts = Array(repeating: 0, count: (0..<n).reduce(1) { size, _ in size * vocabularySize })
  }

  /// The same counts with another smoothing, at least 0.
  package func smoothed(by smoothing: Double) -> NGramModel {
    precondition(smoothing >= 0, "a model of nothing")
    var copy = self
    copy.smoothing = smoothing
    return copy
  }

  /// Counts all windows of n tokens.
  package mutating func train(on tokens: [Int]) {
    for place in places(in: tokens) { counts[place] += 1 }
  }

  /// How often each token followed the context of n − 1 tokens, (V).
  package func counts(after context: [Int]) -> ArraySlice<UInt32> {
    precondition(context.count == order - 1, "a context of another length")
    return counts(row: context.reduce(0) { $0 * vocabularySize + $1 })
  }

  /// How likely each token is to follow, (V); all equally if nothing was counted or added.
  package func probabilities(after context: [Int]) -> [Double] {
    probabilities(counts(after: context))
  }

  /// The mean of −ln p of every token that has n − 1 before it, in nats; infinite if one was impossible.
  ///
  /// - Parameter tokens: At least n.
  package func loss(of tokens: [Int]) -> Double {
    let places = places(in: tokens)
    precondition(!places.isEmpty, "fewer tokens than the model looks at")
    var known: [Int: [Double]] = [:]
    var sum = 0.0
    for place in places {
      let (row, target) = place.quotientAndRemainder(dividingBy: vocabularySize)
      let probabilities = known[row] ?? probabilities(counts(row: row))
      known[row] = probabilities
      sum -= log(probabilities[target])
    }
    return sum / Double(places.count)
  }

  private func counts(row: Int) -> ArraySlice<UInt32> {
    counts[row * vocabularySize..<(row + 1) * vocabularySize]
  }

  private func probabilities(_ counts: ArraySlice<UInt32>) -> [Double] {
    let counts = counts.map { Double($0) + smoothing }
    let sum = counts.reduce(0, +)
    return counts.map { sum > 0 ? $0 / sum : 1 / Double(vocabularySize) }
  }

  /// For each window of n tokens, its place among the counts.
  private func places(in tokens: [Int]) -> [Int] {
    var places: [Int] = []
    places.reserveCapacity(tokens.count)
    var place = 0
    for (index, token) in tokens.enumerated() {
      // The token that is n back drops out.
      place = (place * vocabularySize + token) % counts.count
      if index >= order - 1 { places.append(place) }
    }
    return places
  }
}
