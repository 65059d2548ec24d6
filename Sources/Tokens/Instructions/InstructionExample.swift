/// The tokens of a conversation, and which of them are learnt.
package struct InstructionExample: Equatable, Sendable {
  /// x₀ … xₙ
  package internal(set) var tokens: [Int32] = []
  /// Whether each token is an answer's, or the end-of-text token after it. The first is not.
  package internal(set) var isLearnt: [Bool] = []

  /// n: the positions that it takes, each predicting the next token.
  package var length: Int { tokens.count - 1 }

  /// The tokens that are learnt.
  package var learntCount: Int { isLearnt.count { $0 } }

  /// What comes before the first answer.
  package var prompt: [Int32] { zip(tokens, isLearnt).prefix { !$1 }.map(\.0) }

  /// x₁ … xₙ, `TokenBatch.ignored` where nothing is learnt.
  package var targets: [Int32] {
    zip(tokens, isLearnt).dropFirst().map { $1 ? $0 : TokenBatch.ignored }
  }
}

extension [InstructionExample] {
  /// T that the longest of them takes, but no more than a model has positions.
  package func sequenceLength(ofAtMost positions: Int) -> Int {
    Swift.max(1, Swift.min(positions, map(\.length).max() ?? 1))
  }

  /// Those that fit so many positions.
  package func fitting(_ positions: Int) -> [InstructionExample] { filter { $0.length <= positions } }
}
