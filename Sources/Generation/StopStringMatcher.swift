/// Looks for one string in bytes that arrive one at a time, looking at each of them once (Knuth, Morris and
/// Pratt 1977).
struct StopStringMatcher: Sendable {
  private let pattern: [UInt8]
  /// For each number of matched bytes, 0 to n, how many still match when the next one does not: the length of
  /// the longest shorter prefix of the pattern that the matched ones end with.
  private let fallbacks: [Int]
  /// How many bytes of the pattern the text ends with.
  private(set) var matched = 0

  /// - Parameter pattern: n bytes, one at least.
  init(_ pattern: [UInt8]) {
    self.pattern = pattern
    var fallbacks = [Int](repeating: 0, count: pattern.count + 1)
    var prefix = 0
    for end in pattern.indices.dropFirst() {
      while prefix > 0, pattern[end] != pattern[prefix] { prefix = fallbacks[prefix] }
      if pattern[end] == pattern[prefix] { prefix += 1 }
      fallbacks[end + 1] = prefix
    }
    self.fallbacks = fallbacks
  }

  /// n
  var count: Int { pattern.count }

  /// Takes the next byte; true if the text now ends with the whole pattern.
  mutating func advance(_ byte: UInt8) -> Bool {
    if matched == pattern.count { matched = fallbacks[matched] }
    while matched > 0, pattern[matched] != byte { matched = fallbacks[matched] }
    if pattern[matched] == byte { matched += 1 }
    return matched == pattern.count
  }

  mutating func reset() { matched = 0 }
}
