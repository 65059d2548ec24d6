/// Ends a text where one of several strings first occurs, holding back what may turn out to be the beginning of
/// one.
///
/// Bytes are compared, so it does not matter where tokens end, inside a character or not; nor are different
/// Unicode spellings of one character the same. The text ends with the first byte that completes a stop string.
/// If that completes several, the longest counts, so that no part of one is shown.
package struct StopStrings: Sendable {
  private var matchers: [StopStringMatcher]
  /// The end of the text that is also the beginning of a stop string, the longest such.
  private var held: [UInt8] = []
  /// Whether a stop string has occurred. Nothing comes out after that.
  package private(set) var isStopped = false

  /// - Parameter strings: None of them empty; without any, nothing is ever held back.
  /// - Throws: `StopStringError` if one is empty.
  package init(_ strings: [String]) throws(StopStringError) {
    if let position = strings.firstIndex(where: \.utf8.isEmpty) {
      throw .empty(position: position + 1)
    }
    matchers = strings.map { StopStringMatcher(Array($0.utf8)) }
  }

  /// Takes more bytes of the text and returns those that certainly come before any stop string.
  ///
  /// Once one has occurred, that is all that came before it, and nothing from then on.
  package mutating func append(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    for byte in bytes where !isStopped {
      held.append(byte)
      if let length = completed(by: byte) {
        isStopped = true
        held.removeLast(length)
      }
    }
    let mayMatch = isStopped ? 0 : matchers.map(\.matched).max() ?? 0
    let shown = Array(held.dropLast(mayMatch))
    held.removeFirst(shown.count)
    return shown
  }

  /// Ends the text: what was held back turned out to be no stop string.
  package mutating func finish() -> [UInt8] {
    for index in matchers.indices { matchers[index].reset() }
    defer { held = [] }
    return held
  }

  /// The length of the longest stop string that ends with this byte.
  private mutating func completed(by byte: UInt8) -> Int? {
    var longest: Int?
    for index in matchers.indices where matchers[index].advance(byte) {
      longest = max(longest ?? 0, matchers[index].count)
    }
    return longest
  }
}
