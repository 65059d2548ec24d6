/// All different pieces of a text in one row, and the tokens that they are made of so far.
///
/// A token's number stands at the place of its first byte and at that of its last, so that the next token begins where the
/// length of this one leads, and the one before ends just before it. Pieces have a place between them that holds no token.
struct PieceRow: ~Copyable {
  /// No token: between pieces, and where a token began that has been merged into the one before it.
  static let none = UInt16.max

  /// Of each place the token, where one begins or ends.
  let tokens: UnsafeMutableBufferPointer<UInt16>
  /// Of each place the piece that it is in.
  private let pieces: UnsafeMutableBufferPointer<UInt32>
  /// How often each piece occurs in the text.
  private let counts: UnsafeMutableBufferPointer<Int>

  /// The memory of a place in the row, and of what `MergeLearner` keeps of it, in bytes: its token and piece; its first
  /// pair, and the two that each of at most as many merges make.
  static let memoryOfAPlace = 2 + 4 + 3 * 4

  /// The most places that their 32-bit numbers can tell apart.
  static let longest = Int(UInt32.max)

  /// How many places a row for these pieces has.
  static func length(for counts: PieceCounts) -> Int { counts.byteCount + counts.count + 1 }

  /// - Parameters:
  ///   - counts: Of pieces that fit into `longest` places.
  ///   - byteTokens: The token of each byte.
  init(_ counts: PieceCounts, byteTokens: [UInt16]) {
    let length = Self.length(for: counts)
    tokens = .allocate(capacity: length)
    tokens.initialize(repeating: Self.none)
    pieces = .allocate(capacity: length)
    pieces.initialize(repeating: 0)
    self.counts = .allocate(capacity: counts.count)
    var place = 1
    var piece = 0
    counts.forEach { [tokens, pieces, all = self.counts] bytes, count in
      for byte in bytes {
        tokens[place] = byteTokens[Int(byte)]
        pieces[place] = UInt32(piece)
        place += 1
      }
      all.initializeElement(at: piece, to: count)
      piece += 1
      place += 1
    }
  }

  deinit {
    tokens.deallocate()
    pieces.deallocate()
    counts.deallocate()
  }

  /// Calls `body` with each two tokens side by side, where the left one begins, and how often its piece occurs, in ascending
  /// order of places. Every token must be of one byte still.
  func forEachPair(_ body: (_ pair: TokenPair, _ place: Int, _ count: Int) -> Void) {
    var before = Self.none
    for (place, token) in tokens.enumerated() {
      if before != Self.none, token != Self.none {
        body(TokenPair(before, token), place - 1, count(at: place))
      }
      before = token
    }
  }

  /// How often the piece at `place` occurs in the text.
  @inline(__always)
  func count(at place: Int) -> Int { counts[Int(pieces[place])] }
}
