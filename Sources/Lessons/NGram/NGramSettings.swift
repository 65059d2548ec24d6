/// What the rung `ngram` tries.
package struct NGramSettings: Sendable {
  /// n, each in `possibleOrders`, and what is added to every count, each in `possibleSmoothings`. All pairs are tried.
  package var orders: [Int]
  package var smoothings: [Double]
  /// Of the sample; not 0, where the generator stands still. The original's is 1337.
  package var seed: UInt32
  package var sampledLetters: Int

  package static let possibleOrders = 1...5
  package static let possibleSmoothings = 0...1e6

  /// - Throws: `NGramError` if one of them is out of range, or there is nothing to try.
  package init(orders: [Int], smoothings: [Double], seed: UInt32, sampledLetters: Int) throws(NGramError) {
    guard !orders.isEmpty, !smoothings.isEmpty else { throw .nothingToTry }
    for order in orders where !Self.possibleOrders.contains(order) { throw .order(order) }
    for smoothing in smoothings where !Self.possibleSmoothings.contains(smoothing) {
      throw .smoothing(smoothing)
    }
    guard seed != 0 else { throw .seed }
    guard (0...1_000_000).contains(sampledLetters) else { throw .sampledLetters(sampledLetters) }
    self.orders = orders
    self.smoothings = smoothings
    self.seed = seed
    self.sampledLetters = sampledLetters
  }
}

/// What no n-gram model can be made with.
package enum NGramError: Error, Equatable, CustomStringConvertible {
  case nothingToTry
  case order(Int)
  case smoothing(Double)
  case seed
  case sampledLetters(Int)

  package var description: String {
    switch self {
    case .nothingToTry: "found no value, expected one n and one smoothing at least"
    case .order(let found) where found < 1:
      "found n = \(found), expected 1 to 5; the token that is predicted counts, too"
    case .order(let found):
      "found n = \(found), expected 1 to 5; there would be too many counts, 27 to the power of n"
    case .smoothing(let found): "found a smoothing of \(found), expected 0 to 1000000; try 0.1"
    case .seed: "found a seed of 0, expected 1 or more; from 0 the generator never moves"
    case .sampledLetters(let found): "found \(found) letters to draw, expected 0 to 1000000"
    }
  }
}
