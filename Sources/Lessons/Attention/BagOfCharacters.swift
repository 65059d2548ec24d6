import GPT2Platform

/// The best that a model can do which knows every character that came before and how often, but not what stood beside what.
package struct BagOfCharacters: Equatable, Sendable, Encodable {
  /// Mean −ln p of the answers in nats, for each question of a text from the first on.
  package let losses: [Double]
  /// How often its likeliest digit is the answer, likewise.
  package let accuracies: [Double]

  package var loss: Double { losses.reduce(0, +) / Double(losses.count) }
  package var accuracy: Double { accuracies.reduce(0, +) / Double(accuracies.count) }

  /// Exact, by going through all Dᴾ ways in which the digits can have been drawn, each as likely as any other.
  ///
  /// Which letters were drawn, and in which order they are asked for, says nothing of the digits; so the letters may be
  /// called by the order in which they are asked for. At question k the bag has each of the P digits once and the first k a
  /// second time, and answer k is wanted.
  package init(of task: RecallTask) {
    let (P, D) = (task.pairs, task.digits)
    let ways = (0..<P).reduce(1) { product, _ in product * D }
    var (losses, accuracies): ([Double], [Double]) = ([], [])
    for question in 0..<P {
      // Of each bag: how many ways lead to it with which answer.
      var answers: [[Int]: [Int]] = [:]
      for way in 0..<ways {
        let digits = Self.digits(of: way, base: D, count: P)
        var bag = [Int](repeating: 0, count: D)
        for (place, digit) in digits.enumerated() { bag[digit] += place < question ? 2 : 1 }
        answers[bag, default: [Int](repeating: 0, count: D)][digits[question]] += 1
      }
      // Sums in an order that does not depend on the dictionary's.
      let counts = answers.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
      var (loss, right) = (0.0, 0)
      for count in counts {
        let all = Double(count.reduce(0, +))
        for one in count where one > 0 { loss -= Double(one) * log(Double(one) / all) }
        right += count.max() ?? 0
      }
      losses.append(loss / Double(ways))
      accuracies.append(Double(right) / Double(ways))
    }
    self.losses = losses
    self.accuracies = accuracies
  }

  private static func digits(of way: Int, base: Int, count: Int) -> [Int] {
    var rest = way
    return (0..<count).map { _ in
      defer { rest /= base }
      return rest % base
    }
  }
}
