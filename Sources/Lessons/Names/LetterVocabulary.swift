/// The letters of a text as tokens: each byte that occurs in it, in the order of their codes.
package struct LetterVocabulary: Equatable, Sendable {
  /// The byte of each token.
  package let letters: [UInt8]

  /// - Parameter text: Bytes from a to z, and ends of lines.
  init(of text: some Sequence<UInt8>) { letters = Set(text).sorted() }

  package var count: Int { letters.count }

  /// The token of a byte; `nil` if the text had none.
  package func token(_ letter: UInt8) -> Int? { letters.firstIndex(of: letter) }

  /// The tokens of a text; `nil` if one of its letters has none.
  package func tokens(_ text: String) -> [Int]? {
    let tokens = text.utf8.map(token)
    return tokens.contains(nil) ? nil : tokens.compactMap(\.self)
  }

  package func text(_ tokens: [Int]) -> String { String(decoding: tokens.map { letters[$0] }, as: UTF8.self) }

  /// The same on one line: a dot is the end of a name.
  package func shown(_ tokens: [Int]) -> String { text(tokens).replacing("\n", with: ".") }
}
