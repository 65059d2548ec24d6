#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A language model that counts: how often did each token follow these n − 1? (EurekaLabsAI/ngram, `ngram.py`; Jurafsky and
/// Martin, Speech and Language Processing, chapter 3.)
public struct NGramModel: Sendable {
  /// n: how many tokens are looked at together, the next one included.
  public let order: Int
  public let vocabularySize: Int
  /// Added to every count, so that what was never seen is not impossible.
  public private(set) var smoothing: Float
  /// (vocabulary, …, vocabulary), n times: for every context a row of counts of what followed.
  public private(set) var counts: [UInt32]

  public static let orders = 1...5

  /// - Throws: `NGramError` if the order or smoothing is out of range.
  public init(order: Int, vocabularySize: Int, smoothing: Float) throws(NGramError) {
    guard Self.orders.contains(order) else { throw .order(order) }
    try Self.check(smoothing)
    precondition(vocabularySize > 0 && vocabularySize <= 64, "a vocabulary beyond what can be counted")
    self.order = order
    self.vocabularySize = vocabularySize
    self.smoothing = smoothing
    let size = (0..<order).reduce(1) { size, _ in size * vocabularySize }
    counts = Array(repeating: 0, count: size)
  }

  /// The same counts with another smoothing.
  public func smoothed(by smoothing: Float) throws(NGramError) -> NGramModel {
    try Self.check(smoothing)
    var copy = self
    copy.smoothing = smoothing
    return copy
  }

  private static func check(_ smoothing: Float) throws(NGramError) {
    guard smoothing.isFinite, smoothing >= 0, smoothing <= 1e6 else { throw .smoothing(smoothing) }
  }

  /// Counts every run of n tokens.
  public mutating func train(_ tokens: [Int]) {
    for place in places(in: tokens) { counts[place] += 1 }
  }

  /// The probability of each token after a context: (count + smoothing) / Σ (count + smoothing), and the same for all where
  /// that is 0 / 0.
  ///
  /// - Parameter context: n − 1 tokens.
  public func probabilities(after context: [Int]) -> [Float] {
    precondition(context.count == order - 1, "a context of another length")
    return probabilities(row: context.reduce(0) { $0 * vocabularySize + $1 })
  }

  /// In float32, as the original.
  private func probabilities(row: Int) -> [Float] {
    let start = row * vocabularySize
    let values = counts[start..<start + vocabularySize].map { Float($0) + smoothing }
    let sum = values.reduce(0, +)
    guard sum > 0 else { return Array(repeating: 1 / Float(vocabularySize), count: vocabularySize) }
    return values.map { $0 / sum }
  }

  /// The mean of −log p of every token that has n − 1 before it, in nats; infinite if one was impossible.
  ///
  /// - Parameter tokens: At least n.
  public func loss(of tokens: [Int]) -> Double {
    var rows: [Int: [Float]] = [:]
    let places = places(in: tokens)
    precondition(!places.isEmpty, "fewer tokens than the model looks at")
    var sum = 0.0
    for place in places {
      let (row, target) = place.quotientAndRemainder(dividingBy: vocabularySize)
      let known = rows[row]
      let probabilities = known ?? probabilities(row: row)
      if known == nil { rows[row] = probabilities }
      sum -= Double(log(probabilities[target]))
    }
    return sum / Double(places.count)
  }

  /// Draws tokens one after the other, each from its probabilities after those before.
  ///
  /// - Parameters:
  ///   - start: What fills the context at the beginning.
  ///   - unit: Draws uniformly from [0, 1).
  public func sample(_ count: Int, from start: Int, unit: () -> Float) -> [Int] {
    var context = Array(repeating: start, count: order - 1)
    return (0..<count).map { _ in
      let point = Double(unit())
      var cumulative = 0.0
      let token = probabilities(after: context).firstIndex { probability in
        cumulative += Double(probability)
        return point < cumulative
      }
      let next = token ?? vocabularySize - 1
      context = Array((context + [next]).suffix(order - 1))
      return next
    }
  }

  /// For each run of n tokens, its place among the counts.
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

/// What no n-gram model can be made with.
public enum NGramError: Error, Equatable, CustomStringConvertible {
  case order(Int)
  case smoothing(Float)

  public var description: String {
    switch self {
    case .order(let found):
      let range = NGramModel.orders
      return "found n = \(found), expected \(range.lowerBound) to \(range.upperBound); "
        + (found < range.lowerBound
          ? "n counts the token that is predicted" : "there would be 27 to the power of n counts")
    case .smoothing(let found):
      return "found a smoothing of \(found), expected 0 to 1000000; 0.1 is a good beginning"
    }
  }
}
