/// What stands beside a place in a text: words and white space as Rust's regex has them (`\w`, `\s`).
enum WordBoundary {
  static func isWord(at position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    scalar(at: position, in: text).map { isWord($0.scalar) } ?? false
  }

  static func isWord(before position: Int, in text: UnsafeBufferPointer<UInt8>) -> Bool {
    scalar(before: position, in: text).map { isWord($0.scalar) } ?? false
  }

  /// Where the white space that begins at `position` ends.
  static func endOfSpace(from position: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var end = position
    while let (scalar, length) = scalar(at: end, in: text), scalar.properties.isWhitespace { end += length }
    return end
  }

  /// Where the white space that ends at `position` begins.
  static func startOfSpace(before position: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var start = position
    while let (scalar, length) = scalar(before: start, in: text), scalar.properties.isWhitespace {
      start -= length
    }
    return start
  }

  /// `[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]`
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    let properties = scalar.properties
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }

  private static func scalar(
    at position: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> (scalar: Unicode.Scalar, length: Int)? {
    guard position < text.count, case .scalar(let value, let length) = utf8Step(text, at: position),
      let scalar = Unicode.Scalar(value)
    else { return nil }
    return (scalar, length)
  }

  private static func scalar(
    before position: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> (scalar: Unicode.Scalar, length: Int)? {
    var start = position - 1
    while start > 0, position - start < 4, text[start] & 0xC0 == 0x80 { start -= 1 }
    guard start >= 0, let (scalar, length) = scalar(at: start, in: text), start + length == position
    else { return nil }
    return (scalar, length)
  }
}
