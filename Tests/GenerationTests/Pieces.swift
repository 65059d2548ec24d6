import TestSupport

extension SeededRandom {
  /// `bytes` cut into pieces of 0 to 4 bytes.
  mutating func pieces(of bytes: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Int(next() % 5)
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return pieces
  }

  /// `count` bytes of `alphabet`, which is not empty.
  mutating func bytes(_ count: Int, of alphabet: [UInt8]) -> [UInt8] {
    (0..<count).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] }
  }
}

/// Where a text ends because of stop strings, found by looking at all of it: the bytes before the first match to
/// be complete, of several the longest; `nil` if there is none.
func textBeforeStop(_ text: [UInt8], _ strings: [String]) -> [UInt8]? {
  for end in 0...text.count {
    let matches = strings.map { Array($0.utf8) }.filter {
      text[..<end].reversed().starts(with: $0.reversed())
    }
    if let longest = matches.map(\.count).max() { return Array(text[..<(end - longest)]) }
  }
  return nil
}
