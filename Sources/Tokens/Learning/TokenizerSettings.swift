/// What a tokenizer is to become that is trained on a text.
package struct TokenizerSettings: Sendable, Equatable {
  /// The name of the token that begins a document, always the last one.
  package static let endOfText = "<|endoftext|>"
  /// The tokens that every vocabulary has: 256 bytes and end-of-text.
  package static let fewestTokens = 257

  /// V: bytes, merges and special tokens together.
  package let vocabularySize: Int
  /// How often a pair must occur in the text to be merged.
  package let minimumFrequency: Int
  /// Marks that stand in texts as they are and are never merged, beside end-of-text; their ids are just before its.
  package let specialTokens: [String]

  /// - Throws: `TokenizerSettingsError` if a number is out of its range, or a special token cannot be one.
  package init(
    vocabularySize: Int, minimumFrequency: Int = 2, specialTokens: [String] = []
  ) throws(TokenizerSettingsError) {
    let (least, most) = (Self.fewestTokens + specialTokens.count, Vocabulary.largestCount)
    guard least <= vocabularySize, vocabularySize <= most else {
      throw .vocabularySize(found: vocabularySize, least: least, most: most)
    }
    guard minimumFrequency >= 1 else { throw .minimumFrequency(found: minimumFrequency) }
    for (index, token) in specialTokens.enumerated() {
      guard (2...Vocabulary.longestToken).contains(token.utf8.count) else {
        throw .lengthOfSpecialToken(token, found: token.utf8.count)
      }
      guard token != Self.endOfText, !specialTokens[..<index].contains(token) else {
        throw .repeatedSpecialToken(token)
      }
    }
    self.vocabularySize = vocabularySize
    self.minimumFrequency = minimumFrequency
    self.specialTokens = specialTokens
  }

  /// How many merges the vocabulary has room for.
  package var mergeCount: Int { vocabularySize - Self.fewestTokens - specialTokens.count }
}

/// Why no tokenizer can become what was asked for.
package enum TokenizerSettingsError: Error, Equatable, CustomStringConvertible {
  case vocabularySize(found: Int, least: Int, most: Int)
  case minimumFrequency(found: Int)
  case lengthOfSpecialToken(String, found: Int)
  case repeatedSpecialToken(String)

  package var description: String {
    switch self {
    case .vocabularySize(let found, let least, let most):
      "a vocabulary of \(found) tokens, expected \(least) to \(most): 256 bytes, the special tokens, and merges"
    case .minimumFrequency(let found): "a minimum frequency of \(found), expected at least 1"
    case .lengthOfSpecialToken(let token, let found):
      "the special token '\(token)' of \(found) bytes, expected 2 to \(Vocabulary.longestToken)"
    case .repeatedSpecialToken(let token):
      token == TokenizerSettings.endOfText
        ? "the special token '\(token)', which every tokenizer has: leave it out"
        : "the special token '\(token)' twice, expected once"
    }
  }
}
