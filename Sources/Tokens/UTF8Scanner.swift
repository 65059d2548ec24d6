/// One step through bytes that are meant to be UTF-8, by the Unicode Standard's table 3-7 of well-formed
/// sequences.
enum UTF8Step {
  case scalar(UInt32, length: Int)
  /// No character begins here; `length` bytes are what the standard replaces by one U+FFFD.
  case invalid(length: Int)
  /// The bytes end inside what could still become a character.
  case incomplete(length: Int)
}

/// Decodes the character that begins at `start`, which lies inside `bytes`.
func utf8Step(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> UTF8Step {
  let lead = bytes[start]
  // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
  let (count, second): (Int, ClosedRange<UInt8>)
  switch lead {
  case 0x00...0x7F: return .scalar(UInt32(lead), length: 1)
  case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
  case 0xE0: (count, second) = (3, 0xA0...0xBF)
  case 0xED: (count, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
  case 0xF0: (count, second) = (4, 0x90...0xBF)
  case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
  case 0xF4: (count, second) = (4, 0x80...0x8F)
  default: return .invalid(length: 1)
  }
  var scalar = UInt32(lead) & (0x7F >> UInt32(count))
  for offset in 1..<count {
    guard start + offset < bytes.count else { return .incomplete(length: offset) }
    let byte = bytes[start + offset]
    let range = offset == 1 ? second : 0x80...0xBF
    guard range.contains(byte) else { return .invalid(length: offset) }
    scalar = scalar << 6 | UInt32(byte & 0x3F)
  }
  return .scalar(scalar, length: count)
}
