/// Merges a piece of few bytes by scanning for the best pair again and again: quadratic, and the fastest way
/// while everything lies in a few cache lines.
struct ShortPiece {
  /// The longest piece, in bytes, that is merged this way.
  static let longest = 96

  struct Part {
    var token: UInt32
    /// What this token and the next merge into, or `PairTable.none`.
    var merged: UInt32
  }

  let pairs: PairTable
  /// Room for `longest` parts.
  let parts: UnsafeMutableBufferPointer<Part>

  /// Merges `text[start..<end]` and returns the number of tokens, which are then the first of `parts`.
  func merge(_ text: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int {
    var count = end - start
    for index in 0..<count {
      parts[index] = Part(token: pairs.token(of: text[start + index]), merged: PairTable.none)
    }
    for index in 0..<count - 1 { updatePair(at: index, of: count) }
    while true {
      var best = 0
      for index in 1..<count where parts[index].merged < parts[best].merged { best = index }
      guard parts[best].merged != PairTable.none else { return count }
      parts[best].token = parts[best].merged
      count -= 1
      for index in best + 1..<count { parts[index] = parts[index + 1] }
      updatePair(at: best, of: count)
      if best > 0 { updatePair(at: best - 1, of: count) }
    }
  }

  @inline(__always)
  private func updatePair(at index: Int, of count: Int) {
    parts[index].merged =
      index + 1 < count ? pairs.merged(parts[index].token, parts[index + 1].token) : PairTable.none
  }
}
