/// Turns bytes that arrive in pieces into text, never emitting half a character.
///
/// A token may end inside a character, so generated text is printed through one of these.
package struct UTF8Stream: Sendable {
  /// The beginning of a character whose rest has not arrived: at most 3 bytes.
  private var pending: [UInt8] = []

  package init() {}

  /// Takes more bytes and returns all the characters they complete.
  ///
  /// Bytes that can no longer become a character come out as U+FFFD, one for each maximal part of an
  /// ill-formed sequence.
  package mutating func append(_ bytes: some Sequence<UInt8>) -> String {
    pending.append(contentsOf: bytes)
    let kept = Self.incompleteSuffix(of: pending)
    let text = String(decoding: pending.dropLast(kept), as: UTF8.self)
    pending.removeFirst(pending.count - kept)
    return text
  }

  /// Ends the stream: U+FFFD if it stopped inside a character, otherwise nothing.
  package mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end are the beginning of a character that is not finished.
  private static func incompleteSuffix(of bytes: [UInt8]) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      for length in 1...3 where length <= bytes.count {
        // Only a byte that begins a character can begin an unfinished one.
        guard bytes[bytes.count - length] & 0xC0 != 0x80 else { continue }
        if case .incomplete = utf8Step(bytes, at: bytes.count - length) { return length }
        return 0
      }
      return 0
    }
  }
}
