/// Turns bytes into tokens as tiktoken's `encode_ordinary` does: cut into pieces; a piece that is a token is
/// that token; in any other, of all adjacent pairs the lowest merge is made first, the leftmost of equals.
package final class BytePairEncoder: Sendable {
  private let pieces: PieceTable
  let pairs: PairTable
  /// The bytes that the vocabulary has no token for: no text with one of them can be encoded.
  let missingBytes: Set<UInt8>

  /// - Parameter unmerged: Tokens that text never becomes by merges.
  init(_ vocabulary: Vocabulary, excluding unmerged: Set<Int>) {
    pieces = PieceTable(vocabulary, excluding: unmerged)
    var byteTokens: [UInt32] = []
    var missing: Set<UInt8> = []
    for byte in UInt8.min...UInt8.max {
      let token = withUnsafePointer(to: byte) { [pieces] in
        pieces.id(of: UnsafeBufferPointer(start: $0, count: 1), from: 0, to: 1)
      }
      if token == nil { missing.insert(byte) }
      byteTokens.append(token.map(UInt32.init) ?? PairTable.none)
    }
    missingBytes = missing
    pairs = PairTable(vocabulary, excluding: unmerged, pieces: pieces, byteTokens: byteTokens)
  }

  /// Appends the tokens of `text`, which has none of `missingBytes`, to `tokens`, whose elements can hold every id.
  func encode<ID: FixedWidthInteger>(_ text: UnsafeBufferPointer<UInt8>, into tokens: inout [ID]) {
    let splitter = PieceSplitter(text)
    withUnsafeTemporaryAllocation(of: ShortPiece.Part.self, capacity: ShortPiece.longest) { parts in
      let short = ShortPiece(pairs: pairs, parts: parts)
      var start = 0
      while start < text.count {
        let end = splitter.end(ofPieceAt: start)
        if let token = pieces.id(of: text, from: start, to: end) {
          tokens.append(ID(truncatingIfNeeded: token))
        } else if end - start <= ShortPiece.longest {
          let count = short.merge(text, from: start, to: end)
          for part in parts[..<count] { tokens.append(ID(truncatingIfNeeded: part.token)) }
        } else {
          var long = LongPiece(pairs: pairs)
          for token in long.merge(text, from: start, to: end) {
            tokens.append(ID(truncatingIfNeeded: token))
          }
        }
        start = end
      }
    }
  }
}
