/// Text of others as a terminal may show it. Names of files, tokens and what a model writes can hold characters that a
/// terminal obeys rather than shows: they move the cursor, change its title, or let a line read as another.
extension String {
  /// With such characters spelt out: "\u{1B}". Line ends and tabs stay.
  package var visible: String { spelt { $0.isObeyed && $0 != "\n" && $0 != "\t" } }

  /// The same on one line: a name cannot feign a line of its own.
  package var visibleOnOneLine: String { spelt(\.isObeyed) }

  /// A line of JSON with such characters as JSON's own escapes: it says the same.
  package var visibleJSON: String {
    spelt({ $0.isObeyed && $0 != "\n" }) {
      let digits = String($0.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }

  private func spelt(
    _ isSpelt: (Unicode.Scalar) -> Bool,
    as spelling: (Unicode.Scalar) -> String = { $0.escaped(asASCII: true) }
  ) -> String {
    // Nearly all text has none.
    guard unicodeScalars.contains(where: isSpelt) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if isSpelt(scalar) { text += spelling(scalar) } else { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  /// Bytes that should be UTF-8, those that are not as \xNN; characters that a terminal obeys spelt out, too.
  package init(visible bytes: some Sequence<UInt8>) {
    self = ""
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      var decoder = UTF8()
      var iterator = rest.makeIterator()
      guard case .scalarValue(let scalar) = decoder.decode(&iterator) else {
        self +=
          "\\x" + (rest[rest.startIndex] < 16 ? "0" : "")
          + String(rest.removeFirst(), radix: 16, uppercase: true)
        continue
      }
      self += String(scalar).visibleOnOneLine
      rest = rest.dropFirst(UTF8.width(scalar))
    }
  }
}

extension Unicode.Scalar {
  /// The control characters of ASCII and of ISO 8859, and those that turn the direction of what follows.
  fileprivate var isObeyed: Bool {
    switch value {
    case 0x00...0x1F, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
