/// Proposes what followed the text's last tokens where they stood before (Saxena 2023, "Prompt Lookup Decoding").
///
/// Texts repeat names, quotations and, where they are drawn greedily, whole sentences. It costs nothing to look.
struct NGramDrafter: Drafter {
  /// A single token that stood before says little of what follows.
  static let shortest = 2
  static let longest = 8

  mutating func propose(for texts: [DraftRequest]) -> [[Int32]] {
    texts.map { Self.continuation(of: $0.tokens, count: $0.limit) }
  }

  /// What followed the last tokens where most of them stood before, `shortest…longest` of them, and of several such
  /// places the last; nothing if there is none.
  ///
  /// If the text ends before there are `count`, it goes on as if the tokens between the two places repeated for ever.
  static func continuation(of tokens: [Int32], count: Int) -> [Int32] {
    guard count > 0, let distance = distance(in: tokens) else { return [] }
    var copy = Array(tokens.suffix(distance))
    while copy.count < count { copy.append(copy[copy.count - distance]) }
    return Array(copy[..<count])
  }

  /// How far back the place is.
  private static func distance(in tokens: [Int32]) -> Int? {
    tokens.withUnsafeBufferPointer { tokens in
      guard let last = tokens.last else { return nil }
      var best: (length: Int, distance: Int)?
      for end in stride(from: tokens.count - 2, through: shortest - 1, by: -1) where tokens[end] == last {
        let distance = tokens.count - 1 - end
        var length = 1
        while length < longest, length <= end, tokens[end - length] == tokens[tokens.count - 1 - length] {
          length += 1
        }
        if length > best?.length ?? shortest - 1 { best = (length, distance) }
        if length == longest { break }
      }
      return best?.distance
    }
  }
}
