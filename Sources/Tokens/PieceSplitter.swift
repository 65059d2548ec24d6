/// Cuts text into the pieces inside which byte pairs are merged: GPT-2's pattern
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// by hand, in one pass (openai/gpt-2 `encoder.py`; the classes are those of Rust's regex, which tiktoken uses).
struct PieceSplitter {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let classes = CharacterClassTable()

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Where the piece that begins at `start` ends; `start` lies inside the bytes.
  func end(ofPieceAt start: Int) -> Int {
    if bytes[start] == UInt8(ascii: "'"), let end = endOfContraction(at: start) { return end }
    // The pattern's ` ?` takes a space along if anything but white space follows.
    let isSpace = bytes[start] == UInt8(ascii: " ")
    let first = isSpace && start + 1 < bytes.count ? start + 1 : start
    let (kind, length) = character(at: first)
    if kind == .space { return endOfWhiteSpace(from: start) }
    return endOfRun(of: kind, from: first + length)
  }

  /// `'s|'t|'re|'ve|'m|'ll|'d`
  private func endOfContraction(at start: Int) -> Int? {
    guard start + 1 < bytes.count else { return nil }
    let following = start + 2 < bytes.count ? bytes[start + 2] : 0
    switch (bytes[start + 1], following) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }

  private func endOfRun(of kind: CharacterClass, from start: Int) -> Int {
    var position = start
    while position < bytes.count {
      let (other, length) = character(at: position)
      guard other == kind else { break }
      position += length
    }
    return position
  }

  /// `\s+(?!\S)|\s+`: the last character of the run is left to what follows, unless it is the only one.
  private func endOfWhiteSpace(from start: Int) -> Int {
    var position = start
    var last = start
    while position < bytes.count {
      let (kind, length) = character(at: position)
      guard kind == .space else { return last > start ? last : position }
      last = position
      position += length
    }
    return position
  }

  @inline(__always)
  private func character(at position: Int) -> (CharacterClass, length: Int) {
    let byte = bytes[position]
    if byte < 0x80 { return (classes[ascii: byte], 1) }
    switch utf8Step(bytes, at: position) {
    case .scalar(let value, let length): return (classes[value], length)
    case .invalid(let length), .incomplete(let length): return (.other, length)
    }
  }
}
