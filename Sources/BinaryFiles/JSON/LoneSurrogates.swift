/// Makes JSON readable that has half a character in its escapes, as some scrapers write it.
enum LoneSurrogates {
  /// - Returns: The JSON with U+FFFD for each escape of a surrogate that has not its other half, which is what
  ///   tiktoken makes of the text that Python reads there; `nil` if there is none.
  static func replaced(in json: [UInt8]) -> [UInt8]? {
    var result = json
    var isChanged = false
    var position = 0
    while position < json.count {
      guard json[position] == UInt8(ascii: "\\") else {
        position += 1
        continue
      }
      guard let unit = unit(in: json, at: position) else {
        position += 2  // Another escape; of a backslash the second is passed, too.
        continue
      }
      if UTF16.isLeadSurrogate(unit), let other = Self.unit(in: json, at: position + 6),
        UTF16.isTrailSurrogate(other)
      {
        position += 12
        continue
      }
      if UTF16.isSurrogate(unit) {
        result.replaceSubrange(position + 2..<position + 6, with: "fffd".utf8)
        isChanged = true
      }
      position += 6
    }
    return isChanged ? result : nil
  }

  /// The value of an escape like \u00e9 that begins at `position`, if there is one.
  private static func unit(in json: [UInt8], at position: Int) -> UInt16? {
    guard position + 6 <= json.count, json[position] == UInt8(ascii: "\\"),
      json[position + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt16 = 0
    for byte in json[position + 2..<position + 6] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
