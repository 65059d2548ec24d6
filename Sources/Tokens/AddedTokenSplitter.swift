/// Cuts text at the added tokens in it, as `AddedVocabulary` of the package `tokenizers` does: the leftmost, of
/// several the longest; first those that are not normalized, then the others in what is left.
struct AddedTokenSplitter: Sendable {
  enum Part: Equatable {
    case text(Range<Int>)
    case token(Int)
  }

  private struct Pass: Sendable {
    let tokens: [AddedToken]
    let trie: TokenTrie

    init(_ tokens: [AddedToken]) {
      self.tokens = tokens
      trie = TokenTrie(tokens.map(\.content.utf8))
    }
  }

  private let passes: [Pass]
  private let parsesSpecialTokens: Bool

  /// - Parameter parsesSpecialTokens: If not, special tokens are text like any other, though they still hide what
  ///   overlaps them.
  /// - Returns: `nil` if there is nothing to look for.
  init?(_ tokens: [AddedToken], parsesSpecialTokens: Bool) {
    guard tokens.contains(where: { parsesSpecialTokens || !$0.isSpecial }) else { return nil }
    self.parsesSpecialTokens = parsesSpecialTokens
    passes = [tokens.filter { !$0.isNormalized }, tokens.filter(\.isNormalized)]
      .filter { !$0.isEmpty }.map(Pass.init)
  }

  /// The parts of a text in order; none of them is empty text.
  func parts(of text: UnsafeBufferPointer<UInt8>) -> [Part] {
    var parts = text.isEmpty ? [] : [Part.text(0..<text.count)]
    for pass in passes {
      var finer: [Part] = []
      for part in parts {
        guard case .text(let range) = part else {
          finer.append(part)
          continue
        }
        let piece = UnsafeBufferPointer(rebasing: text[range])
        for part in split(piece, by: pass) {
          if case .text(let inner) = part {
            finer.append(.text(range.lowerBound + inner.lowerBound..<range.lowerBound + inner.upperBound))
          } else {
            finer.append(part)
          }
        }
      }
      parts = finer
    }
    return parts
  }

  /// Whether an added token lies over or beside `position`, or may once more bytes are known: a text must not be cut
  /// there.
  func touches(_ position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    passes.contains { pass in
      (max(0, position - pass.trie.longest)...position).contains {
        pass.trie.reaches(position, in: text, from: $0)
      }
    }
  }

  private func split(_ text: UnsafeBufferPointer<UInt8>, by pass: Pass) -> [Part] {
    var parts: [Part] = []
    /// Where the last token ended, with the white space that it took.
    var taken = 0
    var position = 0
    while position < text.count {
      guard let (index, end) = pass.trie.longestMatch(in: text, at: position) else {
        position += 1
        continue
      }
      let start = position
      // What is passed over hides what overlaps it, too.
      position = end
      let token = pass.tokens[index]
      if token.isSpecial && !parsesSpecialTokens { continue }
      if token.isSingleWord
        && (WordBoundary.isWord(before: start, in: text) || WordBoundary.isWord(at: end, in: text))
      {
        continue
      }
      let left = token.lstrip ? max(taken, WordBoundary.startOfSpace(before: start, in: text)) : start
      if taken < left { parts.append(.text(taken..<left)) }
      parts.append(.token(token.id))
      taken = token.rstrip ? WordBoundary.endOfSpace(from: end, in: text) : end
    }
    if taken < text.count { parts.append(.text(taken..<text.count)) }
    return parts
  }
}
