/// Counting: how likely a token is after n − 1 others is how often it followed them, with `smoothing` added to each
/// count (additive smoothing, after Laplace and Lidstone):
///
///     p(t | c) = (count(c, t) + s) / (count(c) + s·V).
public struct NGramModel: Sendable {
  public let order: Int
  public let vocabularySize: Int
  public let smoothing: Double
  /// (V, …, V), n times.
  private var counts: [UInt32]

  /// - Parameters:
  ///   - n: At least 1; so many tokens are counted together.
  ///   - smoothing: At least 0.
  public init(order n: Int, vocabularySize: Int, smoothing: Double) {
    precondition(n > 0 && vocabularySize > 0 && smoothing >= 0, "a model of nothing")
    order = n
    self.vocabularySize = vocabularySize
    self.smoothing = smoothing
    counts = Array(repeating: 0, count: (0..<n).reduce(1) { size, _ in size * vocabularySize })
  }

  /// Counts all windows of n tokens.
  public mutating func train(on tokens: [Int]) {
    guard tokens.count >= order else { return }
    for start in 0...tokens.count - order {
      counts[place(of: tokens[start..<start + order])] += 1
    }
  }

  /// How often each token followed the context of n − 1 tokens, (V).
  public func counts(after context: [Int]) -> ArraySlice<UInt32> {
    precondition(context.count == order - 1, "a context of another length")
    let start = place(of: context[...]) * vocabularySize
    return counts[start..<start + vocabularySize]
  }

  /// How likely each token is to follow, (V); all equally if nothing was counted or added.
  public func probabilities(after context: [Int]) -> [Double] {
    let counts = counts(after: context).map { Double($0) + smoothing }
    let sum = counts.reduce(0, +)
    return counts.map { sum > 0 ? $0 / sum : 1 / Double(vocabularySize) }
  }

  private func place(of tokens: ArraySlice<Int>) -> Int { tokens.reduce(0) { $0 * vocabularySize + $1 } }
}
