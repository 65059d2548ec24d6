import GPT2RandomNumbers

/// A text drawn token by token from a model that says how likely each is after the last few.
enum NextToken {
  /// - Parameters:
  ///   - context: The tokens before the text.
  ///   - probabilities: (V), of what follows a context.
  /// - Returns: The `count` tokens that were drawn.
  static func sample(
    _ count: Int, after context: [Int], using generator: inout XorShift, _ probabilities: ([Int]) -> [Double]
  ) -> [Int] {
    var tape = context
    for _ in 0..<count {
      let token = draw(probabilities(tape.suffix(context.count)), at: Double(generator.nextFloat()))
      tape.append(token)
    }
    return Array(tape.dropFirst(context.count))
  }

  /// The first token at which the running sum of the probabilities passes `coin`; the last if rounding, or a NaN, keeps
  /// the sum below.
  private static func draw(_ probabilities: [Double], at coin: Double) -> Int {
    var sum = 0.0
    let passed = probabilities.firstIndex { probability in
      sum += probability
      return coin < sum
    }
    return passed ?? probabilities.count - 1
  }
}
