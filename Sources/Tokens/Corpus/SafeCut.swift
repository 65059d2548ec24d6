/// Finds places in a text where it can be cut in two, so that the tokens of the parts, joined, are those of the
/// whole.
///
/// A cut is safe wherever the class of characters changes (see `CharacterClass`), after one that is not white
/// space, except from an apostrophe to a letter. The proof, with x the character before the cut:
/// - The cut is the end of a piece. x is in a run of its class, which ends where the class changes, or is the last
///   letter of a contraction, which ends there too: were it an earlier character of one, a letter would follow, and
///   either the class would not change or x would be the apostrophe.
/// - The pieces before the cut do not need to see what is behind it. A run of letters, numbers or symbols ends at
///   the end of a text as it does at another class. `\s+(?!\S)` looks one character beyond the white space, which
///   is x at the latest. And a contraction is not cut short, as above.
/// - The pieces after the cut see nothing before it: the pattern never looks back.
/// - The characters are the same. Each step of `utf8Step` is one byte and continuation bytes after it, so one ends
///   before every byte that is no continuation; and x is a whole character.
///
/// Where added tokens are taken out first, a cut must not touch one either. Then each is on one side of it, found
/// without the other side; what is left of and right of the cut is one part between two of them, which the proof is for;
/// and the white space that a token takes along ends at x, which is none.
struct SafeCut: Sendable {
  private let classes = CharacterClassTable()
  private let addedTokens: AddedTokenSplitter?

  init(addedTokens: AddedTokenSplitter? = nil) { self.addedTokens = addedTokens }

  /// The last safe cut in `start..<bytes.count`, as the number of bytes before it. Never 0.
  ///
  /// A run of one class has none, and neither has white space.
  func last(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var position = bytes.count - 1
    while position >= max(start, 1) {
      if isSafe(position, in: bytes) { return position }
      position -= 1
    }
    return nil
  }

  /// Whether `bytes` can be cut before `position`, which is in 1..<`bytes.count`; more bytes may follow.
  func isSafe(_ position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes[position] & 0xC0 != 0x80 else { return false }
    var start = position - 1
    while start > 0, position - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    guard case .scalar(let value, let length) = utf8Step(bytes, at: start), start + length == position
    else { return false }
    let before = classes[value]
    let after: CharacterClass
    switch utf8Step(bytes, at: position) {
    case .scalar(let value, _): after = classes[value]
    case .invalid: after = .other
    // What it becomes depends on bytes that have not been read.
    case .incomplete: return false
    }
    let mayBeContraction = bytes[position - 1] == UInt8(ascii: "'") && after == .letter
    guard before != .space && before != after && !mayBeContraction else { return false }
    return addedTokens?.touches(position, in: bytes) != true
  }
}
