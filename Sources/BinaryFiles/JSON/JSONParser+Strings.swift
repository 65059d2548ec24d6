extension JSONParser {
  /// A string, from its opening quote on.
  mutating func nextString() throws(FileError) -> String {
    offset += 1
    var unescaped: [UInt8] = []
    var start = offset
    while let byte = current, byte >= 0x20 {
      switch byte {
      case UInt8(ascii: "\""):
        defer { offset += 1 }
        // Nearly all strings have no escapes and are not copied.
        if unescaped.isEmpty { return try text(bytes[start..<offset]) }
        unescaped.append(contentsOf: bytes[start..<offset])
        return try text(unescaped)
      case UInt8(ascii: "\\"):
        unescaped.append(contentsOf: bytes[start..<offset])
        unescaped.append(contentsOf: String(try nextEscape()).utf8)
        start = offset
      default: offset += 1
      }
    }
    throw unexpected("a string's end, without control characters before it")
  }

  private func text(_ bytes: some Collection<UInt8>) throws(FileError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error(found: String(decoding: bytes, as: UTF8.self), expected: "UTF-8")
    }
    return text
  }

  /// The character of an escape, from its backslash on.
  private mutating func nextEscape() throws(FileError) -> Unicode.Scalar {
    offset += 1
    guard let byte = current else { throw unexpected("an escape") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try nextUnicodeEscape()
    default:
      offset -= 1
      throw unexpected("one of JSON's escapes")
    }
  }

  /// Beyond 16 bits a character is two escapes, as in UTF-16.
  private mutating func nextUnicodeEscape() throws(FileError) -> Unicode.Scalar {
    let first = try nextHexadecimal()
    guard UTF16.isLeadSurrogate(first) else {
      guard let scalar = Unicode.Scalar(first) else { throw unexpected("a leading surrogate before it") }
      return scalar
    }
    guard passes("\\"), passes("u") else { throw unexpected("a trailing surrogate") }
    let second = try nextHexadecimal()
    guard UTF16.isTrailSurrogate(second) else { throw unexpected("a trailing surrogate before it") }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  private mutating func nextHexadecimal() throws(FileError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      offset += 1
    }
    return value
  }

  /// What comes next is not what was expected.
  func unexpected(_ expected: String) -> FileError {
    let rest = bytes[offset...].prefix(20).prefix { $0 != 0x0A }
    let found = offset < bytes.count ? String(decoding: rest, as: UTF8.self) : end
    return error(found: found, expected: expected)
  }

  var end: String { line == nil ? "the end of the file" : "the end of the line" }

  func error(found: String, expected: String) -> FileError {
    let line = bytes[..<offset].reduce(line ?? 1) { $0 + ($1 == 0x0A ? 1 : 0) }
    return FileError(path, .unparsableText(line: line, found: found, expected: expected))
  }
}
