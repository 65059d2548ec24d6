import GPT2Tokens

/// Byte-pair encoding as [minbpe](https://github.com/karpathy/minbpe) trains it, counting everything again for each merge:
/// its BasicTokenizer on a whole text, its RegexTokenizer inside pieces.
package struct BytePairTraining: Sendable {
  package struct Merge: Sendable, Equatable, Encodable {
    /// The two tokens that become one: bytes are 0 to 255, the first merge's token is 256.
    package let left: Int
    package let right: Int
    /// How often they stood side by side; in "aaa" that is twice.
    package let count: Int
    /// How many tokens the text has after the merge.
    package let tokens: Int
  }

  /// Whether merges stay inside the pieces of GPT-2's pattern.
  package let splits: Bool
  /// The bytes of the text.
  package let byteCount: Int
  package private(set) var merges: [Merge] = []
  /// The bytes of each token.
  package private(set) var vocabulary: [[UInt8]]

  /// No token: it stands between pieces.
  private static let none = Int32(-1)

  /// - Parameters:
  ///   - text: Any bytes.
  ///   - merges: How many to make; fewer if there are no two tokens left to join.
  ///   - progress: Called after each.
  package init(_ text: [UInt8], splits: Bool, merges count: Int, progress: (Int) -> Void = { _ in }) {
    self.splits = splits
    byteCount = text.count
    vocabulary = (UInt8.min...UInt8.max).map { [$0] }
    var tokens = Self.bytes(of: text, splits: splits)
    var left = text.count
    let width = 256 + count
    var counts = [Int32](repeating: 0, count: width * width)
    while merges.count < count, let (pair, times) = Self.mostFrequentPair(of: tokens, width, &counts) {
      let before = tokens.count
      Self.replace(pair, by: Int32(vocabulary.count), in: &tokens)
      left -= before - tokens.count
      vocabulary.append(vocabulary[Int(pair.0)] + vocabulary[Int(pair.1)])
      merges.append(Merge(left: Int(pair.0), right: Int(pair.1), count: times, tokens: left))
      progress(merges.count)
    }
  }

  /// One token a byte, with `none` after each piece.
  private static func bytes(of text: [UInt8], splits: Bool) -> [Int32] {
    guard splits else { return text.map { Int32($0) } }
    return TextPieces.ranges(of: text).flatMap { text[$0].map { Int32($0) } + [none] }
  }

  /// The pair that occurs most often, and of equals the one that comes first in the text: Python's `max` over a dictionary
  /// that is filled from left to right.
  ///
  /// - Parameter counts: (width, width) Of zeros, which they are again in the end.
  private static func mostFrequentPair(
    of tokens: [Int32], _ width: Int, _ counts: inout [Int32]
  ) -> (pair: (Int32, Int32), count: Int)? {
    guard tokens.count > 1 else { return nil }
    var most: Int32 = 0
    for index in 1..<tokens.count where tokens[index - 1] >= 0 && tokens[index] >= 0 {
      let place = Int(tokens[index - 1]) * width + Int(tokens[index])
      counts[place] += 1
      most = max(most, counts[place])
    }
    let first = (1..<tokens.count).first { index in
      tokens[index - 1] >= 0 && tokens[index] >= 0
        && counts[Int(tokens[index - 1]) * width + Int(tokens[index])] == most
    }
    for index in 1..<tokens.count where tokens[index - 1] >= 0 && tokens[index] >= 0 {
      counts[Int(tokens[index - 1]) * width + Int(tokens[index])] = 0
    }
    return first.map { ((tokens[$0 - 1], tokens[$0]), Int(most)) }
  }

  /// Joins the pair wherever it stands, from left to right.
  private static func replace(_ pair: (Int32, Int32), by token: Int32, in tokens: inout [Int32]) {
    var (read, written) = (0, 0)
    while read < tokens.count {
      let isPair = tokens[read] == pair.0 && read + 1 < tokens.count && tokens[read + 1] == pair.1
      tokens[written] = isPair ? token : tokens[read]
      read += isPair ? 2 : 1
      written += 1
    }
    tokens.removeLast(read - written)
  }

  /// The tokens of a text after the first so many merges: each is made wherever its pair stands, in their order.
  package func encode(_ text: [UInt8], merges count: Int = .max) -> [Int] {
    var tokens = Self.bytes(of: text, splits: splits)
    for (index, merge) in merges.prefix(count).enumerated() {
      Self.replace((Int32(merge.left), Int32(merge.right)), by: Int32(256 + index), in: &tokens)
    }
    return tokens.compactMap { $0 < 0 ? nil : Int($0) }
  }

  /// How many bytes of the text a token has on average after so many merges.
  package func bytesPerToken(after count: Int) -> Double {
    let tokens = count > 0 ? merges[count - 1].tokens : byteCount
    return Double(byteCount) / Double(max(1, tokens))
  }

  /// What minbpe prints of a merge, the first being 0.
  package func line(of merge: Int, of count: Int) -> String {
    let (left, right) = (merges[merge].left, merges[merge].right)
    return "merge \(merge + 1)/\(count): (\(left), \(right)) -> \(256 + merge) "
      + "(\(PythonBytes.literal(vocabulary[256 + merge]))) had \(merges[merge].count) occurrences"
  }
}
